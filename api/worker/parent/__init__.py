"""The process that holds the lease. It never reads what strangers sent, so nothing of that kind can hold it up."""
