#!/bin/sh
# Fetches what reads a generated device's descriptions in tests, FuseSoC and PeakRDL, from PyPI into a
# folder. Does nothing when they are there.
# Usage: scripts/install-integration-tools.sh [FOLDER]     default build/integration-tools
set -eu
. "$(dirname "$0")/arguments.sh"
. "$(dirname "$0")/pypi.sh"
check_arguments 1 "$@"

# Each tool with all that it needs.
fusesoc="fusesoc==2.4.7 edalize==0.6.8 jinja2==3.1.6 markupsafe==3.0.4 pyparsing==3.3.3 pyyaml==6.0.4
  pydantic==2.14.4 pydantic-core==2.50.5 annotated-types==0.8.0 typing-extensions==4.16.0
  typing-inspection==0.4.5 simplesat==0.9.2 okonomiyaki==3.0.0 attrs==26.1.0 six==1.17.0
  fastjsonschema==2.22.3 argcomplete==3.7.2"
peakrdl="peakrdl-cli==1.5.0 systemrdl-compiler==1.33.0 antlr4-python3-runtime==4.13.2 colorama==0.4.6
  markdown==3.11.3 peakrdl-ipxact==3.5.0 peakrdl-cheader==1.1.0 peakrdl-html==2.12.2 peakrdl-systemrdl==1.0.1
  git-me-the-url==2.2.0 gitpython==3.2.1 gitdb==4.0.12 smmap==5.0.3 python-markdown-math==0.9"
install_from_pypi "${1:-build/integration-tools}" "$(echo $fusesoc $peakrdl)"
