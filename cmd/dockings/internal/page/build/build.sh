#!/bin/sh
# Makes asset/page.js and asset/page.css anew, after a change of script/ or of a package:
# it installs what package-lock.json names and bundles it. It needs Node.js and npm.
set -eu
cd "$(dirname "$0")"
npm ci --silent --ignore-scripts --no-audit --no-fund
node build.mjs
