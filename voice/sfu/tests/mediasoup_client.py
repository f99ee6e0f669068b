"""The unmodified mediasoup-client from npm, as one script for a test page."""

import functools
import subprocess
from pathlib import Path

import pytest

NODE_MODULES = Path(__file__).resolve().parents[3] / "node_modules"


@functools.cache
def script() -> str:
    """Defines `mediasoup`. Skips the test where the development packages are not installed."""
    esbuild = NODE_MODULES / ".bin" / "esbuild"
    if not esbuild.exists() or not (NODE_MODULES / "mediasoup-client").exists():
        pytest.skip("needs mediasoup-client and esbuild in node_modules")
    made = subprocess.run(
        [esbuild, "--bundle", "--format=iife", "--global-name=mediasoup", "--platform=browser"],
        input="export * from 'mediasoup-client'",
        cwd=NODE_MODULES,
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout
