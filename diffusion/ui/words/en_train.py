"""The words of the Train tab in English."""

from .schema_train import TrainWords

TRAIN = TrainWords(
    tab="Train",
    intro=(
        "Teach a network of your own: from nothing, or, with a few dozen pictures of yours, from the one that draws "
        "already. The run belongs to the server: close the page, come back, and it is still there."
    ),
    off="Training is switched off on this server; run python app.py on your own machine to train",
    kept=(
        "This server is shared: it keeps the newest {each} runs of each visitor and {runs} of all visitors together. "
        "Older ones are removed when a new one begins; download what you want to keep."
    ),
    name="Name of the run",
    source="Train on",
    sources={"builtin": "built-in sprites", "upload": "my pictures", "hub": "a Hub data set"},
    count="Sprites",
    count_info="Up to 10,000: the same in every epoch, labelled by kind. More: new ones each time, described in words",
    files="Files",
    files_info=(
        "About 40 are enough. Drop a folder, pictures, sprite sheets, a GIF or a .zip anywhere here; arrays work too "
        "(a .npy of pictures with its .npy of labels, or a .npz of both). Names of subfolders become words that you "
        "can ask for (slime, hero/knight), as do a table of labels and a text file beside a picture (knight.txt)"
    ),
    hub="Hub data set",
    hub_hint="hf://datasets/user/repo",
    hub_name="Name the data set like hf://datasets/user/repo",
    look="Look at the data",
    data="{count:,} to learn from: {kinds}. {validation:,} more are kept aside to check it on unseen ones.",
    data_all=(
        "All {count:,} are used to learn from: {kinds}. From {least} different ones on, one in {share} is kept "
        "aside to check it on unseen ones."
    ),
    no_words="none has a word",
    no_label="without a label",
    more_words="and {count:,} more words",
    data_picture="Some of the sprites it trains on",
    tile="Tile size of a sheet",
    tile_info="In pixels; empty: found by itself; 0: not cut",
    gap="Gap between tiles",
    gap_info="In pixels; empty: found by itself",
    start_from="Begin with",
    from_nothing="random weights",
    more="More settings",
    width="Network",
    widths={32: "small, learns fast", 64: "as in the shipped runs"},
    context="Tell it the words of each sprite (context)",
    context_info="Without it, it draws anything, and cannot be asked for a kind or a word",
    settings={
        "updates": ("How long", "In updates: after every batch of pictures the network changes a little"),
        "keep": (
            "Epochs to keep",
            "So many moments of its training can be compared later. One epoch and the next draw almost the same, and "
            "each is a file, so not every one is kept; the first and the last always are",
        ),
    },
    length="{updates:,} updates: each of {pictures:,} pictures {epochs:,} ×.",
    about="About {time} on this machine.",
    measuring="Measuring how long that takes on this machine …",
    measuring_later="How long that takes is measured once the run that trains now has finished or is paused.",
    start="Train",
    acts={
        "pause": "Pause",
        "go_on": "Continue",
        "next_epoch": "Next epoch",
        "save_now": "Save now",
        "stop": "Stop",
        "leave": "Leave the queue",
        "pack": "Download (.zip)",
    },
    watch="Watch it draw",
    compare="Compare its epochs",
    measure="Measure it",
    yours="Yours: {shown} of {count:,}",
    drawn="Drawn after epoch {epoch}",
    yours_one="the nearest of yours",
    drawn_one="drawn",
    nearest="Find the nearest of yours for each",
    nearest_said=(
        "Almost one of yours: {copies} of {count}. Half of them are {distance:.0f} or more away from the nearest "
        "of yours; two of yours are {own:.0f} apart (mean difference of a pixel, of 255)."
    ),
    no_originals="That run has no pictures of its own to compare with, or has drawn nothing yet",
    unfinished="Unfinished runs",
    resume="Resume",
    idle="No run is under way. Choose what to train on, then press Train.",
    film_hint="Yours appears here: the same sixteen sprites, again and again while it learns",
    example="A run of one minute, made before",
    states={
        "starting": "starting",
        "running": "training",
        "paused": "paused",
        "stopping": "saving and stopping",
        "stopped": "stopped; it can be resumed",
        "finished": "finished",
        "failed": "failed",
    },
    epoch="epoch {epoch} of {epochs}",
    step="update {step:,} of {total:,}",
    rate="learning rate {lr:.1e}",
    speed="{speed:,.0f} sprites a second",
    left="{time} left",
    saved="saved after update {step:,}",
    waiting="waiting: {names}",
    out_of_time="it took as long as a run may take here",
    not_yours="Only whoever started {name} may do that; you may look on, or start a run that waits for its turn",
    not_waiting="No run of yours is waiting",
    run_taken="There is a run {name} already; choose another name, or resume it",
    nothing_to_resume="Choose an unfinished run first",
)
