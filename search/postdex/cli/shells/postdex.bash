# Completion of postdex for bash 3.2 or newer. In ~/.bashrc: eval "$(postdex completion bash)"
_postdex() {
    local candidate
    COMPREPLY=()
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done < <(_POSTDEX_COMPLETE=bash "${1/#\~/$HOME}" "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
}
# A candidate that ends a word has a blank behind it already.
complete -o nospace -o nosort -F _postdex postdex 2>/dev/null || complete -o nospace -F _postdex postdex
