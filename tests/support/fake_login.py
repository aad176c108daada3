"""A stand-in for signing in at Hugging Face: an OpenID provider on the loopback, where everybody says yes at once."""

import base64
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from support.fakehub import QuietServer

CLIENT_ID, CLIENT_SECRET = "the-space", "the-secret-of-the-space"
SCOPES = "openid profile contribute-repos"  # the first two come with every Space, the other from its README


class FakeLogin:
    """Signs in one person, whose token it hands to the app alone."""

    def __init__(self, name: str, token: str) -> None:
        self.name, self.token = name, token
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self.nonces: dict[str, str] = {}  # by code
        self.server: QuietServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def start(self) -> "FakeLogin":
        handler = type("BoundHandler", (Handler,), {"login": self})
        self.server = QuietServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def environment(self) -> dict[str, str]:
        """What a Space with `hf_oauth: true` finds in its environment; without SPACE_HOST one comes back to here."""
        return {
            "SYSTEM": "spaces",
            "SPACE_ID": "owner/sprites",
            "OAUTH_CLIENT_ID": CLIENT_ID,
            "OAUTH_CLIENT_SECRET": CLIENT_SECRET,
            "OAUTH_SCOPES": SCOPES,
            "OPENID_PROVIDER_URL": self.url,
        }

    def metadata(self) -> dict:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def person(self) -> dict[str, str]:
        address = f"https://huggingface.co/{self.name}"
        return {
            "sub": "1",
            "name": self.name,
            "preferred_username": self.name,
            "profile": address,
            "picture": f"{address}.png",
        }

    def tokens(self, code: str) -> dict:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 3600, "nonce": self.nonces.pop(code)}
        return {
            "access_token": self.token,
            "id_token": jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims | self.person(), self.key),
            "token_type": "bearer",
            "expires_in": 8 * 3600,
            "scope": SCOPES,
        }


class Handler(BaseHTTPRequestHandler):
    login: FakeLogin

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        login, address = self.login, urlsplit(self.path)
        if address.path == "/authorize":
            self.come_back(parse_qs(address.query))
        elif address.path == "/userinfo" and self.headers.get("authorization") != f"Bearer {login.token}":
            self.send({"error": "invalid_token"}, 401)
        else:
            answers = {
                "/.well-known/openid-configuration": login.metadata,
                "/keys": lambda: {"keys": [login.key.as_dict(private=False)]},
                "/userinfo": login.person,
            }
            self.send(answers[address.path]())

    def do_POST(self) -> None:
        """A token, for a code that was given out here, to the app alone."""
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        password = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if self.headers.get("authorization") != f"Basic {password}":
            self.send({"error": "invalid_client"}, 401)
        elif form["code"][0] not in self.login.nonces:
            self.send({"error": "invalid_grant"}, 400)
        else:
            self.send(self.login.tokens(form["code"][0]))

    def come_back(self, asked: dict[str, list[str]]) -> None:
        if asked["client_id"] != [CLIENT_ID] or asked["scope"] != [SCOPES]:
            return self.send({"error": "invalid_request"}, 400)
        code = secrets.token_hex(8)
        self.login.nonces[code] = asked["nonce"][0]
        target = asked["redirect_uri"][0]
        answer = urlencode({"code": code, "state": asked["state"][0]})
        self.send_response(302)
        self.send_header("Location", f"{target}{'&' if '?' in target else '?'}{answer}")
        self.end_headers()

    def send(self, body: dict, status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
