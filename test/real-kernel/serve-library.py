"""Serves the kernel that pylibseekdb 1.2.0 carries: serve-library.py FOLDER PORT. It lives as long as its input is open."""

import os
import sys

import pylibseekdb

pylibseekdb.open_with_service(sys.argv[1], port=int(sys.argv[2]))
print("serving", flush=True)
sys.stdin.read()
# The kernel's threads would keep an orderly exit waiting.
os._exit(0)
