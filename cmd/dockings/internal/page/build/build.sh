#!/bin/sh
# Rebuilds the files in asset/ after a change of script/ or of a package. Run it after each:
# it installs what package-lock.json names and bundles it. It needs Node.js and npm.
set -eu
cd "$(dirname "$0")"
npm ci --silent --ignore-scripts --no-audit --no-fund
node build.mjs
