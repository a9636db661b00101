"""The actions on Authentication URLs that CX Genie asks."""

from __future__ import annotations

from aicx_tui.models.capability import Capability
from aicx_tui.services.action import Action

OF_CX_GENIE = (
    Action(
        "cx-genie.profiles-list",
        "CX Genie profiles",
        "List the Authentication URLs that are known, with what their last check showed.",
        headless="cx-genie profiles list",
    ),
    Action(
        "cx-genie.profiles-add",
        "Add a CX Genie profile",
        "Describe an Authentication URL in config.toml; its header token goes to the keyring.",
        headless="cx-genie profiles add",
    ),
    Action(
        "cx-genie.profiles-remove",
        "Remove a CX Genie profile",
        "Remove a profile from config.toml and its header token from the keyring.",
        headless="cx-genie profiles remove",
    ),
    Action(
        "cx-genie.check",
        "Check an Authentication URL",
        "Send what CX Genie would send, and say whether the reply would do.",
        headless="cx-genie check",
    ),
    Action(
        "cx-genie.sync-users",
        "Sync CX Genie's users",
        "Resolve users' tokens through that URL, and create or update their humans.",
        needs=Capability.HUMANS_UPDATE,
        mutates=True,
        headless="cx-genie sync-users",
    ),
    Action(
        "cx-genie.serve",
        "Serve an Authentication URL",
        "Answer CX Genie's calls by asking the platform; nothing is kept here.",
        headless="cx-genie serve",
    ),
)
