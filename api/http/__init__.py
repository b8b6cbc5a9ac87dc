"""The door for HTTP: `app` builds it; each dialect below translates requests for the domain and answers in its words.

    boundary (request id, access log, 500) -> limits (bytes on the wire) -> route -> auth -> domain -> schema
"""
