"""Folders of lists (API.md §4.5)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, refusal
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.world.lists import Folder
from zetkin_sync.demo.world.state import State

routes = Routes()

_FOLDER = {"title": bodies.filled, "parent_id": bodies.optional(bodies.whole)}


def folder_row(state: State, folder: Folder) -> Row:
    above = state.folders.get(folder.parent or 0)
    return {
        "id": folder.id,
        "title": folder.title,
        "parent": above and {"id": above.id, "title": above.title},
        "organization": quotes.organization(state, folder.organization),
    }


def checked(call: Call, checks: dict[str, bodies.Check], *, required: tuple[str, ...] = ()) -> Row:
    """Lists and folders answer "Invalid data" for what is missing (API.md §3.2)."""
    body = call.object()
    for name in required:
        if name not in body:
            raise refusal(400, "Invalid data", f"Missing key: '{name}'")
    return bodies.read(body, checks)


@routes.get("/orgs/{org}/people/view_folders")
def folders(call: Call) -> Reply:
    """The folders."""
    found = [f for f in call.state.folders.values() if f.organization == call.org]
    return listed(call, found, lambda f: folder_row(call.state, f))


@routes.post("/orgs/{org}/people/view_folders")
def make_folder(call: Call) -> Reply:
    """Make a folder."""
    body = checked(call, _FOLDER, required=("title",))
    body["parent"] = body.pop("parent_id", None)
    made = Folder(id=call.state.new_id("folder"), organization=call.org, **body)
    call.state.folders[made.id] = made
    return data(folder_row(call.state, made), 201)


@routes.get("/orgs/{org}/people/view_folders/{folder}")
def folder(call: Call) -> Reply:
    """One folder."""
    return data(folder_row(call.state, call.own(call.state.folders, "folder")))


@routes.patch("/orgs/{org}/people/view_folders/{folder}")
def patch_folder(call: Call) -> Reply:
    """Rename or move a folder."""
    found, body = call.own(call.state.folders, "folder"), checked(call, _FOLDER)
    found.title = body.get("title", found.title)
    if "parent_id" in body:
        found.parent = body["parent_id"]
    return data(folder_row(call.state, found))


@routes.delete("/orgs/{org}/people/view_folders/{folder}")
def delete_folder(call: Call) -> Reply:
    """Remove a folder; what lay in it lies at the top."""
    gone = call.own(call.state.folders, "folder").id
    for inner in call.state.folders.values():
        inner.parent = None if inner.parent == gone else inner.parent
    for view in call.state.views.values():
        view.folder = None if view.folder == gone else view.folder
    del call.state.folders[gone]
    return NOTHING
