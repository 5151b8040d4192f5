"""Senders and themes of emails (API.md §4.13)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.world.emails import EmailConfig, EmailTheme
from zetkin_sync.demo.world.state import State

routes = Routes()

_CONFIG = {
    "sender_name": bodies.filled,
    "sender_email": bodies.filled,
    "no_reply": bodies.flag,
    "config": bodies.mapping,
}
_THEME = {
    "block_attributes": bodies.optional(bodies.mapping),
    "css": bodies.optional(bodies.text),
    "frame_mjml": bodies.optional(bodies.mapping),
}


def config_row(state: State, config: EmailConfig) -> Row:
    return {
        "id": config.id,
        "config": config.config,
        "domain": config.domain,
        "no_reply": config.no_reply,
        "sender_email": config.sender_email,
        "sender_name": config.sender_name,
        "organization": quotes.organization(state, config.organization),
    }


def theme_row(theme: EmailTheme) -> Row:
    return {
        "id": theme.id,
        "block_attributes": theme.block_attributes,
        "css": theme.css,
        "frame_mjml": theme.frame_mjml,
    }


@routes.get("/orgs/{org}/emails/configs")
def configs(call: Call) -> Reply:
    """The senders."""
    found = [c for c in call.state.email_configs.values() if c.organization == call.org]
    return listed(call, found, lambda c: config_row(call.state, c))


@routes.post("/orgs/{org}/emails/configs")
def make_config(call: Call) -> Reply:
    """Make a sender."""
    body = bodies.take(call, _CONFIG, required=("sender_name", "sender_email"))
    made = EmailConfig(
        id=call.state.new_id("email_config"),
        organization=call.org,
        domain=body["sender_email"].rpartition("@")[2],
        **body,
    )
    call.state.email_configs[made.id] = made
    return data(config_row(call.state, made), 201)


@routes.get("/orgs/{org}/emails/configs/{config}")
def config(call: Call) -> Reply:
    """One sender."""
    return data(config_row(call.state, call.own(call.state.email_configs, "config")))


@routes.patch("/orgs/{org}/emails/configs/{config}")
def patch_config(call: Call) -> Reply:
    """Change a sender."""
    found = call.own(call.state.email_configs, "config")
    for name, value in bodies.take(call, _CONFIG).items():
        setattr(found, name, value)
    return data(config_row(call.state, found))


@routes.get("/orgs/{org}/email_themes")
def themes(call: Call) -> Reply:
    """The themes."""
    found = [t for t in call.state.email_themes.values() if t.organization == call.org]
    return listed(call, found, theme_row)


@routes.post("/orgs/{org}/email_themes")
def make_theme(call: Call) -> Reply:
    """Make a theme."""
    made = EmailTheme(id=call.state.new_id("email_theme"), organization=call.org, **bodies.take(call, _THEME))
    call.state.email_themes[made.id] = made
    return data(theme_row(made), 201)


@routes.get("/orgs/{org}/email_themes/{theme}")
def theme(call: Call) -> Reply:
    """One theme."""
    return data(theme_row(call.own(call.state.email_themes, "theme")))


@routes.patch("/orgs/{org}/email_themes/{theme}")
def patch_theme(call: Call) -> Reply:
    """Change a theme."""
    found = call.own(call.state.email_themes, "theme")
    for name, value in bodies.take(call, _THEME).items():
        setattr(found, name, value)
    return data(theme_row(found))


@routes.delete("/orgs/{org}/email_themes/{theme}")
def delete_theme(call: Call) -> Reply:
    """Remove a theme."""
    del call.state.email_themes[call.own(call.state.email_themes, "theme").id]
    return NOTHING
