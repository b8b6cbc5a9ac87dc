"""Uploads as well-known clients send them, byte by byte: how each writes its headers and the heads of its parts.

Made by hand after what each client does; those that run here are run too, by test_clients.
"""

import dataclasses

FILE_NAME = 'Stühle "2".glb'
SETTINGS = b'{"aspect":"1:1","length":3}'


@dataclasses.dataclass(frozen=True)
class Client:
    """`boundary` as the Content-Type has it after "boundary=". `file` and `field` are the heads of the two parts.
    `file_name` is what they name the file. `fields_first`: the settings come before the file.
    """

    headers: bytes
    boundary: bytes
    file: bytes
    field: bytes
    file_name: str = FILE_NAME
    fields_first: bool = False

    def request(self, contents: bytes, token: str) -> bytes:
        """The bytes of POST /v1/models."""
        line = b"--" + self.boundary.strip(b'"')
        parts = [(self.file.replace(b"{size}", b"%d" % len(contents)), contents), (self.field, SETTINGS)]
        if self.fields_first:
            parts.reverse()
        body = b"".join(line + b"\r\n" + head + b"\r\n\r\n" + data + b"\r\n" for head, data in parts) + line + b"--\r\n"
        return b"\r\n".join([
            b"POST /v1/models HTTP/1.1", b"Host: 127.0.0.1", self.headers,
            b"Authorization: Bearer " + token.encode(),
            b"Content-Type: multipart/form-data; boundary=" + self.boundary,
            b"Content-Length: %d" % len(body), b"Connection: close", b"", body,
        ])  # fmt: skip


def lines(*texts: str) -> bytes:
    return "\r\n".join(texts).encode()


FIELD = lines('Content-Disposition: form-data; name="renderSettings"')

CLIENTS = {
    "curl 8": Client(
        lines("User-Agent: curl/8.5.0", "Accept: */*"),
        b"------------------------Yp3OQtTQqnbDyYcJ0Jx2Gm",
        lines('Content-Disposition: form-data; name="file"; filename="Stühle %222%22.glb"',
              "Content-Type: application/octet-stream"),
        FIELD,
    ),
    "curl 7.68": Client(
        lines("User-Agent: curl/7.68.0", "Accept: */*"),
        b"------------------------4aa0b1c2d3e4f566",
        lines('Content-Disposition: form-data; name="file"; filename="Stühle \\"2\\".glb"',
              "Content-Type: application/octet-stream"),
        FIELD,
    ),
    "requests with urllib3 1.24": Client(
        lines("User-Agent: python-requests/2.21.0", "Accept-Encoding: gzip, deflate", "Accept: */*"),
        b"0f3b7f4d8c0e4a3fb2cd1f0a5b9e6d71",
        lines("Content-Disposition: form-data; name=\"file\"; filename*=utf-8''St%C3%BChle%20%222%22.glb"),
        FIELD,
        fields_first=True,
    ),
    "requests with urllib3 2": Client(
        lines("User-Agent: python-requests/2.32.3", "Accept-Encoding: gzip, deflate", "Accept: */*"),
        b"6f1d0bb4f3ce3d2ad9f5b8a7d1c0e942",
        lines('Content-Disposition: form-data; name="file"; filename="Stühle %222%22.glb"'),
        FIELD,
        fields_first=True,
    ),
    "httpx": Client(
        lines("Accept: */*", "Accept-Encoding: gzip, deflate", "User-Agent: python-httpx/0.28.1"),
        b"2b7d9b0f0a7c4e6f8d3e5a1c9f0b2d4e",
        lines('Content-Disposition: form-data; name="file"; filename="Stühle %222%22.glb"',
              "Content-Type: application/octet-stream"),
        FIELD,
        fields_first=True,
    ),
    "Node's fetch": Client(
        lines("accept: */*", "accept-language: *", "sec-fetch-mode: cors", "user-agent: node",
              "accept-encoding: gzip, deflate"),
        b"----formdata-undici-024829730251",
        lines('Content-Disposition: form-data; name="file"; filename="Stühle %222%22.glb"',
              "Content-Type: application/octet-stream"),
        FIELD,
    ),
    "a browser": Client(
        lines("User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Accept: */*"),
        b"----geckoformboundary8d2c1b0a9f8e7d6c5b4a392817065f4e",
        lines('Content-Disposition: form-data; name="file"; filename="blob"', "Content-Type: application/octet-stream"),
        FIELD,
        file_name="blob",
    ),
    ".NET's HttpClient": Client(  # it refuses quotes in names itself
        lines("Accept: application/json"),
        b'"5f7a3d6e-9f0c-4f5b-8f3e-2d1c0b9a8f7e"',
        lines("Content-Type: model/gltf-binary",
              'Content-Disposition: form-data; name=file; filename="=?utf-8?B?U3TDvGhsZSAyLmdsYg==?="; '
              "filename*=utf-8''St%C3%BChle%202.glb"),
        lines("Content-Type: text/plain; charset=utf-8", "Content-Disposition: form-data; name=renderSettings"),
        file_name="Stühle 2.glb",
    ),
    ".NET's HttpClient with a plain name": Client(
        lines("Accept: application/json"),
        b'"c0a1e8f4-63d5-4a0c-9d51-3f1b2a7e6d80"',
        lines("Content-Disposition: form-data; name=file; filename=chair.glb; filename*=utf-8''chair.glb"),
        lines("Content-Type: text/plain; charset=utf-8", "Content-Disposition: form-data; name=renderSettings"),
        file_name="chair.glb",
    ),
    "Java's OkHttp": Client(
        lines("Accept-Encoding: gzip", "User-Agent: okhttp/4.12.0"),
        b"1b2c3d4e-5f60-4718-92a3-b4c5d6e7f809",
        lines('Content-Disposition: form-data; name="file"; filename="Stühle %222%22.glb"',
              "Content-Type: model/gltf-binary", "Content-Length: {size}"),
        lines('Content-Disposition: form-data; name="renderSettings"', f"Content-Length: {len(SETTINGS)}"),
    ),
    "Postman": Client(
        lines("User-Agent: PostmanRuntime/7.43.0", "Accept: */*", "Postman-Token: 6f0d8a4e-2c1b-4d3f-9e5a-7b8c9d0e1f2a",
              "Accept-Encoding: gzip, deflate, br"),
        b"--------------------------913468251079835264019273",
        lines('Content-Disposition: form-data; name="file"; filename="Stühle 2.glb"',
              "Content-Type: <Content-Type header here>"),
        FIELD,
        file_name="Stühle 2.glb",
    ),
    "PowerShell 7": Client(
        lines("User-Agent: Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.22631; de-DE) PowerShell/7.4.6"),
        b"a9d0f8e7-6c5b-4a39-8271-605f4e3d2c1b",
        lines('Content-Disposition: form-data; name="file"; filename="=?utf-8?B?U3TDvGhsZSAyLmdsYg==?="',
              "Content-Type: application/octet-stream"),
        lines("Content-Type: text/plain; charset=utf-8", 'Content-Disposition: form-data; name="renderSettings"'),
        file_name="Stühle 2.glb",
    ),
    "a program of the time before UTF-8": Client(
        b"User-Agent: Uploader/1.0",
        b"=_Boundary",
        'Content-Disposition: form-data; name="file"; filename="C:\\Modelle\\Stühle.glb"'.encode("cp1252"),
        FIELD,
        file_name="Stühle.glb",
    ),
}  # fmt: skip
