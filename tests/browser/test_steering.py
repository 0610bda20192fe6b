"""What people do to executions and schedules in dialogs: each says first what would happen, and then it does."""

from __future__ import annotations

import re
import threading

from playwright.sync_api import Page, Route, expect

from browser.canvas import card, node
from browser.served_ui import Site
from browser.watched_page import Watch

DOOR = {"nodes": [{"id": "door", "type": "signal.wait", "name": "Door", "config": {"signal": "open"}}], "edges": []}
DOOR_AND_MORE = {
    "nodes": [*DOOR["nodes"], {"id": "tell", "type": "log", "config": {"message": "through"}}],
    "edges": [{"source": "door", "target": "tell"}],
}
BREAKS = {
    "nodes": [{"id": "first", "type": "set", "config": {"value": {"n": 1}}}, {"id": "last", "type": "fail", "config": {"message": "no luck"}}],
    "edges": [{"source": "first", "target": "last"}],
}  # fmt: skip


def test_an_execution_is_moved_to_another_version(page: Page, site: Site) -> None:
    site.save("steer_move", DOOR)
    execution_id = site.run("steer_move")
    site.until(execution_id, "waiting")
    site.save("steer_move", DOOR_AND_MORE)
    site.save("steer_move", {"nodes": [{"id": "other", "type": "noop"}], "edges": []})

    page.goto(f"/x/{execution_id}")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Move to another version…").click()
    dialog = page.get_by_role("dialog", name="Move to another version")
    dialog.get_by_role("combobox", name="Version").select_option("3")
    expect(dialog.get_by_role("alert")).to_contain_text("door")
    expect(dialog.get_by_role("button", name="Move", exact=True)).to_be_disabled()
    dialog.get_by_role("combobox", name="Version").select_option("2")
    expect(dialog.get_by_text("It fits.")).to_be_visible()
    dialog.get_by_role("button", name="Move", exact=True).click()

    expect(page.get_by_text("It goes on with version 2")).to_be_visible()
    expect(dialog).to_have_count(0)
    site.call("POST", f"/executions/{execution_id}/signals/open", json={})
    expect(page.get_by_role("heading", level=1).locator("xpath=..")).to_contain_text("Completed")
    assert site.call("GET", f"/executions/{execution_id}")["version"] == 2


def test_many_executions_are_cancelled_at_once_and_those_refused_are_named(page: Page, site: Site) -> None:
    site.save("steer_many", DOOR)
    waiting = [site.run("steer_many") for _ in range(3)]
    over = site.run("steer_many")
    for each in (*waiting, over):
        site.until(each, "waiting")
    site.call("POST", f"/executions/{over}/signals/open", json={})
    site.until(over, "completed")

    page.goto("/x?q=workflow%3Asteer_many")
    page.get_by_role("checkbox", name="Select all").check()
    tools = page.get_by_role("toolbar", name="With the selected executions")
    expect(tools).to_contain_text("4 selected")
    tools.get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 executions will be cancelled. 1 execution cannot be.")
    dialog.get_by_role("textbox", name="Reason").fill("a wrong batch")
    dialog.get_by_role("button", name="Cancel 3 executions").click()

    expect(dialog).to_contain_text("3 executions told; workers act on it now.")
    expect(dialog.get_by_role("list", name="Refused executions").get_by_role("link", name=over)).to_be_visible()
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(tools).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="Cancelled")).to_have_count(3)

    page.get_by_role("checkbox", name="Select all").check()
    tools.get_by_role("button", name="Select all 4 that match").click()
    tools.get_by_role("button", name="Retry").click()
    expect(dialog).to_contain_text("None of them can be retried now.")


def test_a_schedule_is_made_with_its_fires_in_sight_and_then_changed_and_paused(page: Page, site: Site, watch: Watch) -> None:
    watch.expected += ["422 .*schedules/preview"]
    site.save("steer_clock", {"nodes": [{"id": "only", "type": "noop"}], "edges": []})

    page.goto("/schedules")
    expect(page.get_by_role("button", name="New schedule").first).to_be_visible()
    page.keyboard.press("n")
    form = page.get_by_role("dialog", name="New schedule")
    form.get_by_role("combobox", name="Workflow").fill("steer_clock")
    form.get_by_role("option", name="steer_clock").click()
    form.get_by_role("textbox", name="Cron").fill("0 99 * * *")
    expect(form.get_by_text("They are shown when the timing is right.")).to_be_visible()
    form.get_by_role("textbox", name="Cron").fill("0 12 1 * *")
    form.get_by_role("combobox", name="Time zone").fill("Europe/Berlin")
    form.get_by_role("option", name="Europe/Berlin").click()
    fires = form.get_by_role("list", name="Due times")
    expect(fires).to_contain_text("12:00")
    expect(fires.get_by_text(re.compile("The clocks of Europe/Berlin change here")).first).to_be_visible()
    form.get_by_role("button", name="Create").click()
    expect(page.get_by_text("The schedule is on")).to_be_visible()

    page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Edit the schedule")
    form.get_by_text("Every so often").click()
    form.get_by_role("textbox", name="Every").fill("2h")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Every 2h")
    page.get_by_role("button", name="Pause", exact=True).click()

    expect(page.get_by_text("It is paused: these would be due.")).to_be_visible()
    [schedule] = site.call("GET", "/schedules?workflow=steer_clock")["items"]
    assert (schedule["interval"], schedule["cron"], schedule["status"]) == (7200, None, "paused")


def test_a_failed_execution_goes_on_from_a_node_and_is_forked_with_another_input(page: Page, site: Site) -> None:
    site.save("steer_again", BREAKS)
    execution_id = site.run_to_end("steer_again")

    page.goto(f"/x/{execution_id}?node=last")
    panel = page.get_by_label("Node last")
    panel.get_by_role("button", name="Retry from here").click()
    dialog = page.get_by_role("dialog", name=re.compile("Run again from"))
    expect(dialog.get_by_label("What would happen")).to_contain_text("Reused 1")
    dialog.get_by_role("button", name="Retry from here").click()
    expect(page.get_by_text("Goes on from last")).to_be_visible()
    panel.get_by_role("tab", name="Attempts").click()
    expect(panel.get_by_text("Attempt 2")).to_be_visible()
    # The page follows what runs again, and sees it fail again.
    expect(node(page, "last")).to_contain_text("attempt 2")
    expect(node(page, "last")).to_have_attribute("data-status", "failed")

    panel.get_by_role("button", name="Retry from here").click()
    dialog.get_by_text("As a fork").click()
    dialog.get_by_role("combobox", name="From").select_option("first")
    dialog.get_by_role("checkbox", name="Change the input").check()
    dialog.get_by_role("textbox", name="Input (JSON)").fill('{"n": 2}')
    expect(dialog.get_by_label("What would happen")).to_contain_text("Reused 0")
    dialog.get_by_role("button", name="Fork", exact=True).click()

    expect(page.get_by_text("Forked: this is the new execution")).to_be_visible()
    expect(page).not_to_have_url(re.compile(execution_id))
    forked = page.url.rsplit("/", 1)[1].split("?")[0]
    assert site.call("GET", f"/executions/{forked}")["input"] == {"n": 2}


def test_escape_closes_a_node_whose_panel_is_still_on_the_way(page: Page, site: Site) -> None:
    site.save("steer_escape", DOOR)
    held: list[Route] = []
    arrived = threading.Event()

    def hold(route: Route) -> None:
        held.append(route)
        arrived.set()

    page.route("**/assets/NodePanel-*.js", hold)
    page.goto("/w/steer_escape")
    card(page, "Door").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Node Door, opening")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Node Door")).to_have_count(0)

    for route in held:
        route.continue_()
    page.keyboard.press("v")

    expect(page).to_have_url(re.compile("view=list"))
    expect(page.get_by_label("Node Door")).to_have_count(0)
    assert arrived.is_set()
