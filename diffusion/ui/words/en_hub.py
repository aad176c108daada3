"""The words of the Checkpoints tab in English."""

from .schema_hub import HubWords, PushNeeds

HUB = HubWords(
    tab="Checkpoints",
    intro=(
        "A run is a folder with one checkpoint for each epoch that was saved. These are the runs on this machine. "
        "You can open others from the Hugging Face Hub, and publish your own there."
    ),
    columns=("Run", "Network", "Epochs", "Trained on", "Updates", "Distance", "From"),
    networks={"sprite-unet": "ours", "context-unet": "the tutorial's", "course": "the course's"},
    each="{epochs} ({size} each)",
    one="{epoch} ({size})",
    built_in="{count:,} built-in sprites",
    pictures="{name}, {count:,} pictures",
    from_here="this machine",
    sum="{runs} runs, {size} in all. Distance: how far the last epoch's sprites are from real ones "
    "(Fréchet distance; half are asked for a kind, without guidance, in 50 steps of DDPM); smaller is better.",
    none_here="There is no run here yet: open one from the Hub, or train one.",
    # Open
    open_title="### Open from the Hub",
    address="Run on the Hub",
    address_hint="hf://user/repo@revision",
    look="Show epochs",
    asking="Asking the Hub …",
    found="{ref} at {commit}: {network}, {epochs} epochs",
    listing=("Epoch", "Size", "Loss", "Validation loss", "Distance"),
    is_here="already here",
    epochs="Epochs to open",
    epochs_most="Up to {epochs}, {mb} MB in all",
    pickles="I trust the author: these files are pickles (.pth)",
    pickles_info="Only the numbers in them are read; no code in them is run",
    no_pickles="This server opens .safetensors files only; these epochs are pickles (.pth)",
    trust_first="These epochs are pickles (.pth); tick the box if you trust their author",
    name_here="Name on this machine",
    open="Open",
    look_first="Show the epochs of a run on the Hub first",
    choose_first="Choose an epoch to open first",
    progress="{file}: {done} of {total} MB",
    waiting="Waiting for the Hub: {seconds} s",
    opened="Opened: {name}, epochs {epochs}.",
    watch="Watch it",
    stopped="Stopped. Files that were complete are kept; press Open to continue from there.",
    opening={
        "pulling": "Downloading {ref} …",
        "older": "Using the copy of {ref} from an earlier download: {why}",
        "failed": "{ref} could not be opened: {why}",
    },
    # Use
    use_title="### Use a run from here",
    download_title="#### Download",
    download_info="The run's folder as a ZIP. Unpack it into checkpoints/ of another copy of this app, and it appears "
    "there.",
    download="Download (.zip)",
    push_title="#### Publish",
    push_to="Repository on the Hub",
    push_hint="user/repo",
    private="Private: only you can see it",
    with_training="Include the training state, so that others can continue it (several times larger)",
    push="Publish on the Hub",
    push_ask="Publish <strong>{run}</strong> as {account}, to <strong>{ref}</strong>? {visible}",
    push_yes="Yes, publish it",
    push_no="No",
    push_public="Everyone can see it there, unless the repository is already private.",
    push_private="Only you can see it there.",
    push_first="Press Publish on the Hub first: it shows the account and the repository",
    sign_in="Sign in with Hugging Face",
    sign_out="Sign out ({})",
    push_needs=PushNeeds(
        token="To publish, log in once on this machine: hf auth login. Then press Publish on the Hub.",
        login="You publish to your own account: sign in first.",
        owner="Only the owner of this server can publish from it. Download the run, or run python app.py on your own "
        "machine.",
    ),
    choose_run="Choose a run first",
    drawing="Drawing the picture for the model card: step {done} of {total}",
    pushed="Published, {files} files: {link}",
    pushed_already="Everything was there already: {link}",
    push_stopped="Stopped. Nothing is on the Hub, unless the final commit was already under way.",
    measure_title="#### Measure",
    measure_info="How close its sprites are to real ones, and what it has learned by each epoch. About a minute per "
    "epoch on two cores; it continues if you close this page. Earlier numbers are replaced if they were measured "
    "differently.",
    measure_shared="This server does not measure runs for visitors. Download the run, and run python app.py on your "
    "own machine.",
    measure="Measure this run",
    measure_begins="{name}: measuring real sprites first …",
    measure_goes="{name}, epoch {epoch}: {done} of {total} sprites drawn",
    measured="{name}: epochs {epochs} measured.",
    measure_stopped="Stopped. {name} has numbers for the epochs {epochs}.",
)
