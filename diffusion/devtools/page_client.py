"""A visitor's page without a browser: finds the page's events by what they belong to, and sends what a click sends."""

import json
import uuid
from typing import Any

import httpx

from ..errors import UserError

PATIENCE = 300.0  # seconds for one answer
Values = dict[str, Any]  # by the label of a control; the others keep what they have when the page opens


class PageClient:
    """url: of a running app."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, uuid.uuid4().hex
        self.http = httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False)
        self.http.get("/").raise_for_status()
        config = self.http.get("/config").raise_for_status().json()
        self.controls = {one["id"]: one["props"] for one in config["components"]}
        self.events: list[dict[str, Any]] = config["dependencies"]

    def __enter__(self) -> "PageClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def click(self, button: str, values: Values) -> list[Any]:
        """The answer to the click on the first button of that text."""
        buttons = {number for number, props in self.controls.items() if props.get("value") == button}
        event = self._find(lambda event: any(target in buttons for target, _ in event["targets"]))
        self._open(event)
        return self._send(event, values)

    def pack(self, button: str, values: Values) -> list[Any]:
        """The answer to the click that gives a hidden download button, as "run-zip", its file."""
        goal = next(number for number, props in self.controls.items() if props.get("elem_id") == button)
        event = self._find(lambda event: event["outputs"] == [goal])
        self._open(event)
        return self._send(event, values)

    def play(self, player: str, values: Values) -> int:
        """Presses Generate of a player, as of "watch-player"; returns how many messages came."""
        goal = next(number for number, props in self.controls.items() if props.get("elem_id") == player)
        walk = self._find(lambda event: event["outputs"] == [goal] and event["queue"])
        self._open(walk)
        turn = walk["inputs"][0]
        self._send(self._find(lambda event: turn in event["outputs"]), {})
        return len(self._send(walk, values, all_messages=True))

    def open_all_tabs(self) -> int:
        """Sends what loading the page and opening each tab sends; returns how many events that were."""
        opening = self._openings()
        for event in opening:
            self._send(event, {})
        return len(opening)

    def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """The file as an event takes it."""
        [path] = self.http.post("/gradio_api/upload", files={"files": (name, content)}).raise_for_status().json()
        return {"path": path, "orig_name": name, "size": len(content), "meta": {"_type": "gradio.FileData"}}

    def download(self, file: dict[str, Any]) -> int:
        """How many bytes the answer's file has."""
        return len(self.http.get(f"/gradio_api/file={file['path']}").raise_for_status().content)

    def _openings(self) -> list[dict[str, Any]]:
        """What loading the page or opening a tab sends."""
        kinds = ("load", "select")
        return [
            event
            for event in self.events
            if not event["queue"] and event["backend_fn"] and any(kind in kinds for _, kind in event["targets"])
        ]

    def _open(self, event: dict[str, Any]) -> None:
        """Has the controls of an event filled, as opening its tab does: the app takes only what it has offered."""
        for opening in self._openings():
            if set(opening["outputs"]) & set(event["inputs"]):
                self._send(opening, {})

    def _find(self, is_it: Any) -> dict[str, Any]:
        return next(event for event in self.events if is_it(event))

    def _send(self, event: dict[str, Any], values: Values, all_messages: bool = False) -> list[Any]:
        props = [self.controls.get(number, {}) for number in event["inputs"]]
        data = [values.get(one.get("label", ""), one.get("value")) for one in props]
        body = {"session_hash": self.session, "fn_index": event["id"], "data": data}
        if not event["queue"]:
            return self.http.post("/gradio_api/run/predict", json=body).raise_for_status().json()["data"]
        self.http.post("/gradio_api/queue/join", json=body).raise_for_status()
        messages, answer = [], []
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                said = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if said.get("msg") == "process_generating":
                    messages.append(said)
                elif said.get("msg") == "process_completed":
                    if not said["success"]:
                        raise UserError("the app answered: {answer}", answer=said["output"].get("error"))
                    answer = said["output"].get("data", [])
        return messages if all_messages else answer
