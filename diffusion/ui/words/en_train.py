"""The words of the Train tab in English."""

from .schema_train import TrainWords

TRAIN = TrainWords(
    tab="Train",
    intro=(
        "Teach a network of your own. The run belongs to the server: close the page, come back, and it is still "
        "there. Every epoch it saves appears at once in Watch, Compare and One step."
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
    count_info="Up to 10,000: the same in every epoch, told by kind. More: new ones each time, told in words",
    files="Files",
    files_info=(
        "A folder or .zip of pictures, single pictures, sprite sheets, or arrays: a .npy of pictures with its .npy of "
        "labels, or a .npz of both. The names of the subfolders become words that you can ask for (slime, "
        "hero/knight), as do a table of labels and a text file beside a picture (knight.txt)"
    ),
    hub="Hub data set",
    hub_hint="hf://datasets/user/repo",
    hub_name="Name the data set like hf://datasets/user/repo",
    look="Look at the data",
    data="{count:,} to train on: {kinds}. {validation:,} kept out of training.",
    no_label="without a label",
    more_words="and {count:,} words more",
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
    about="About {time} on this machine",
    measuring="Measuring how long that takes on this machine …",
    measuring_later="How long that takes is measured once the run that trains now has finished or is paused",
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
    unfinished="Unfinished runs",
    resume="Resume",
    idle="No run is under way. The settings beside make one of about a minute; press Train.",
    film_hint="After every epoch, the same sixteen sprites appear here",
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
    step="step {step:,} of {total:,}",
    rate="learning rate {lr:.1e}",
    speed="{speed:,.0f} sprites a second",
    left="{time} left",
    saved="saved at step {step:,}",
    waiting="waiting: {names}",
    out_of_time="it took as long as a run may take here",
    not_yours="Only whoever started {name} may do that; you may look on, or start a run that waits for its turn",
    not_waiting="No run of yours is waiting",
    run_taken="There is a run {name} already; choose another name, or resume it",
    nothing_to_resume="Choose an unfinished run first",
)
