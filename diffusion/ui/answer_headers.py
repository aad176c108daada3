"""The headers of every answer: what the page may load, and who may show it in a frame."""

from ..server import ServedHosts, Settings

HUB = " ".join(f"https://{name}" for name in ("huggingface.co", "*.huggingface.co", "*.hf.space"))
FONTS = (" https://fonts.googleapis.com", " https://fonts.gstatic.com")  # of the bar that Gradio shows on a Space


def answer_headers(settings: Settings, hosts: ServedHosts) -> dict[str, str]:
    """Gradio's page has its configuration and its handlers as scripts in it, and so needs both 'unsafe-'."""
    elsewhere = f" {HUB}" if hosts.on_space else ""
    styles, fonts = FONTS if hosts.on_space else ("", "")
    own = " ".join(
        f"{name.name}:{name.port}" if name.port else name.name for name in hosts.own if ":" not in name.name
    )
    if settings.shared and not settings.login:
        frames = "*"  # nobody is signed in, so nobody can be led to press anything that matters
    else:
        frames = f"'self' http://localhost:* http://127.0.0.1:*{elsewhere} {own}".strip()
    policy = {
        "default-src": f"'self'{elsewhere}",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src": f"'self' 'unsafe-inline'{elsewhere}{styles}",
        "img-src": f"'self' data: blob:{elsewhere}",
        "media-src": "'self' data: blob:",
        "font-src": f"'self' data:{elsewhere}{fonts}",
        "connect-src": f"'self' data: blob:{elsewhere}",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": f"'self'{elsewhere}",
        "frame-ancestors": frames,
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
