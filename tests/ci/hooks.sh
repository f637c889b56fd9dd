#!/bin/sh
# Runs the committed hooks of .pre-commit-hooks.yaml through a real pre-commit, in a repository made for it. The first
# argument is the gloo to use.
set -eu
repository=$(cd "$(dirname "$0")/../.." && pwd)
command -v pre-commit >/dev/null || {
  echo 'pre-commit is missing: python3 -m venv venv && venv/bin/pip install pre-commit, and put venv/bin into PATH'
  exit 1
}
PATH=$(dirname "$(realpath "$1")"):$PATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PRE_COMMIT_HOME="$folder/home" XDG_CACHE_HOME="$folder/cache" GIT_CONFIG_GLOBAL=/dev/null

mkdir "$folder/checkout"
cd "$folder/checkout"
git init --quiet
gloo new mesh >/dev/null
cat > .pre-commit-config.yaml <<END
repos:
  - repo: $repository
    rev: $(git -C "$repository" rev-parse HEAD)
    hooks:
      - id: gloo-fmt
      - id: gloo-check
        args: [mesh]
END
git add .
program=$(git ls-files 'mesh/*.gloo')

pre-commit run --all-files
echo 'a workspace that is right passes'

cp "$program" right
sed 's/^  */ /' right > "$program"
git add .
if pre-commit run gloo-fmt --all-files; then
  echo 'gloo-fmt passes a file that it has to lay out'
  exit 1
fi
pre-commit run gloo-fmt --all-files

printf 'routes more on nowhere for "a.example" { otherwise => nothing }\n' >> "$program"
git add .
if pre-commit run gloo-check --all-files; then
  echo 'gloo-check passes a workspace that is wrong'
  exit 1
fi
echo 'the hooks do what they say'
