"""The words of the page without a server in English."""

from .schema_site import SiteWords

SITE: SiteWords = {
    "webgpu": "Computing in this browser, on your graphics card",
    "plain": "Computing in this browser, on your processor",
    "slower": "This browser offers no WebGPU, so your processor draws: slower, and at most 12 sprites at a time.",
    "failed": "The drawing has ended here: {reason}",
    "noscript": "This page draws with JavaScript; please allow it.",
    "from_disk": "Browsers run no modules from a disk. Serve this folder, "
    "for example with python -m http.server, and open the address that it prints.",
    "train_text": "A network of your own can see its first sprites in a minute, if it is small and has few of them to "
    "learn from. That takes the whole app: python app.py on a machine of yours, and there the Train tab. Below, for "
    "comparison, what the network of this page drew after its first five epochs, 0 to 4.",
}
