"""The page that documents the API; its script is served from here."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
