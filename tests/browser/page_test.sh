#!/usr/bin/env bash
# The page in a real browser. Skipped, with a sentence, where there is no Chromium, Node or npm, or npm reaches nothing.
# TANDEM_BUILD is the build folder, whose program is asked for the pages.
set -euo pipefail
skipped=77

skip() {
  echo "Skipped: $*" >&2
  exit $skipped
}

source_folder=${TANDEM_SOURCE:?}
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  skip "there is no Chromium here (apt-get install chromium)"
for tool in node npm; do
  command -v "$tool" >/dev/null || skip "there is no $tool here (apt-get install nodejs npm)"
done
[ "$(node -p 'Number(process.versions.node.split(".")[0])')" -ge 18 ] || skip "Node is older than 18"

folder=${TANDEM_BUILD:?}/browser
mkdir -p "$folder"
cp "$source_folder"/tests/browser/* "$folder"
cd "$folder"
# The packages hold no browser of their own and run nothing when they are installed.
if ! cmp -s package.json installed.json; then
  npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error >npm.log 2>&1 ||
    skip "npm could not install playwright-core and axe-core: $(tail -1 npm.log)"
  cp package.json installed.json
fi

TANDEM_BROWSER=$browser TANDEM_PROGRAM=$TANDEM_BUILD/tandem TANDEM_SOURCE=$source_folder exec node --test page.test.mjs
