"""The words of the page without a server in English."""

from .schema_site import SiteWords

SITE: SiteWords = {
    "webgpu": "Computing in this browser, on your graphics card",
    "plain": "Computing in this browser, on your processor",
    "slower": "This browser offers no WebGPU, so your processor draws: slower, and at most 12 sprites at a time.",
    "fetching": "Fetching {label}: {done} of {all} MB",
    "failed": "The drawing has ended here: {reason}",
    "noscript": "This page draws with JavaScript; please allow it.",
    "from_disk": "A browser runs no modules from the disk. Serve this folder, "
    "for example with python -m http.server, and open the address that it prints.",
}
