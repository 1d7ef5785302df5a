#!/bin/sh
# Makes NotoSansSC.ttf.gz beside it. It needs npm, python3 and fonttools (pyftsubset).
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && npm pack --silent @expo-google-fonts/noto-sans-sc@0.4.3 >/dev/null && tar xzf ./*.tgz)
python3 - >"$tmp/characters" <<'PYTHON'
wanted = {chr(c) for c in range(0x3040, 0x3100)} | {chr(c) for c in range(0xFF00, 0xFF60)}
for high in range(0xA1, 0xF8):
    for low in range(0xA1, 0xFF):
        try:
            c = bytes([high, low]).decode("gb2312")
        except UnicodeDecodeError:
            continue
        if ord(c) >= 0x3000:
            wanted.add(c)
print("".join(sorted(wanted)), end="")
PYTHON
pyftsubset "$tmp/package/400Regular/NotoSansSC_400Regular.ttf" --text-file="$tmp/characters" --no-hinting \
	--layout-features='' --notdef-outline --drop-tables+=vhea,vmtx,GPOS,GSUB,GDEF,BASE,STAT \
	--name-IDs=0,1,2,3,4,5,6,13,14 --output-file=NotoSansSC.ttf
gzip -9nf NotoSansSC.ttf
