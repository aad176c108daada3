// A browser loads no modules from the disk: where the page was opened as a file, it says what to do. No module itself.

if (location.protocol === "file:") document.getElementById("site-from-disk").hidden = false;
