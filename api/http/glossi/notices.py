"""What happens on the farm, as POSTed to Glossi's users."""

DIALECT = "glossi"
