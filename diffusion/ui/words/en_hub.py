"""The words of the Checkpoints tab in English."""

from .schema_hub import GpuWords, HubWords, PushNeeds

HUB = HubWords(
    tab="Checkpoints",
    intro=(
        "A run is a folder with a checkpoint for every epoch that was kept. Below are the runs on this machine. "
        "Others can be opened from the Hugging Face Hub, and yours can go there."
    ),
    columns=("Run", "Network", "Epochs", "Trained on", "Updates", "Distance", "From"),
    networks={"sprite-unet": "ours", "context-unet": "the tutorial's", "course": "the course's"},
    each="{epochs} ({size} each)",
    one="{epoch} ({size})",
    built_in="{count:,} built-in sprites",
    pictures="{name}, {count:,} pictures",
    from_here="this machine",
    sum="{runs} runs, {size}. Distance: Fréchet, of the last epoch to real sprites; smaller is better.",
    none_here="There is no run here yet: open one from the Hub, or train one.",
    # Open
    open_title="### Open from the Hub",
    address="Run on the Hub",
    address_hint="hf://user/repo@revision",
    look="Look",
    asking="Asking the Hub …",
    found="{ref} at {commit}: {network}, {epochs} epochs",
    listing=("Epoch", "Size", "Loss", "Held out", "Distance"),
    is_here="here",
    epochs="Epochs to open",
    epochs_most="Up to {epochs}, {mb} MB in all",
    pickles="I trust its author: it holds pickles (.pth)",
    pickles_info="They are read for their numbers alone, and no code in them is run",
    no_pickles="This server opens .safetensors only, and these epochs are pickles (.pth)",
    trust_first="These epochs are pickles (.pth); tick the box if you trust their author",
    name_here="Name here",
    open="Open",
    look_first="Look at a run on the Hub first",
    choose_first="Choose an epoch to open first",
    progress="{file}: {done} of {total} MB",
    waiting="Waiting for the Hub: {seconds} s",
    opened="Here now: {name}, epochs {epochs}.",
    watch="Watch it",
    stopped="Stopped. What had come whole is kept; Open goes on from there.",
    opening={
        "pulling": "{ref} is on its way.",
        "older": "{ref} was pulled before and is used as it was then: {why}",
        "failed": "{ref} was not opened: {why}",
    },
    # Take along
    take_title="### Take a run along",
    download="Download (.zip)",
    push_to="Push to",
    push_hint="user/repo",
    private="Private: only you can see it",
    with_training="With what resuming needs, several times as large",
    push="Push to the Hub",
    sign_in="Sign in with Hugging Face",
    sign_out="Sign out ({})",
    push_needs=PushNeeds(
        token="To push, log in once on this machine: hf auth login. Then press Push.",
        login="You push to your own account: sign in first.",
        owner="This server pushes for its owner only. Download the run, or run python app.py on your own machine.",
    ),
    choose_run="Choose a run first",
    drawing="Drawing the picture of the card: step {done} of {total}",
    pushed="It is on the Hub, {files} files: {link}",
    pushed_already="All of it was there already: {link}",
    push_stopped="Stopped. The Hub shows nothing of it unless the commit at the end was under way already.",
    # Train there
    gpu=GpuWords(
        title="Train on a GPU of Hugging Face",
        intro=(
            "This costs money: Hugging Face charges your account by the minute, and the account needs credit. The job "
            "trains our network on built-in sprites and pushes the epochs it keeps to your repository. It ends when "
            "it is done, and after the hours you allow at the latest; what it has pushed by then stays."
        ),
        to="Where it pushes",
        hardware="Hardware",
        price="{title}: ${dollars:.2f} an hour",
        hours="Hours at most",
        cost="**At most ${most:.2f}**: {hours:g} h at ${dollars:.2f} an hour. Less if it is done sooner.",
        agree="I agree to pay that",
        agree_first="Tick the box first: the job costs up to ${most:.2f}",
        choose="Choose the hardware first",
        start="Start the job",
        cancel="Cancel the job",
        follow="Follow the job",
        none="No job was started from this browser",
        started=(
            "Job {link}, to {repo}. Closing this page does not end it, and until it ends it costs: "
            "come back and follow it, or cancel it."
        ),
        quiet="No word from the job for {seconds} s",
        stages={
            "COMPLETED": "The job is done.",
            "CANCELED": "The job was cancelled.",
            "ERROR": "The job ended with an error.",
            "DELETED": "The job was deleted.",
        },
        there="What it has pushed is at {link}; it can be opened above.",
    ),
)
