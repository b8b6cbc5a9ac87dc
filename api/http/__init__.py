"""The door for HTTP. `app` puts it together of dialects, each the API of one vendor in a folder of its own: it
translates requests for the domain, and answers in that vendor's words. What all of them need stands beside `app`.

    server, protocol, connections (bounds on what a stranger can hold and wait for)
      -> boundary (request id, headers, access log, 500) -> limits (bytes on the wire, requests of a client)
      -> route -> auth (requests of an account) -> domain -> schema
"""
