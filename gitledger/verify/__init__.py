"""Replay and judge: everything is recomputed from the bytes, nothing is believed. Serves the auditor and the gate."""

from gitledger.verify.finding import Finding, Report
from gitledger.verify.walk import verify

__all__ = ["Finding", "Report", "verify"]
