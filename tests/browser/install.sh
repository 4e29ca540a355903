#!/bin/sh
# Installs Chromium and a Chinese font where apt and root are at hand; the browser tests call it when they find none.
set -eu
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
