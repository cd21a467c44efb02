#compdef postdex
# Completion of postdex for zsh. In ~/.zshrc, behind compinit: eval "$(postdex completion zsh)"
_postdex() {
    local value doc
    local -a whole whole_docs begun begun_docs
    while IFS=$'\t' read -r value doc; do
        if [[ $value == *[/:=] ]]; then
            begun+=("$value")
            begun_docs+=("$value${doc:+  -- $doc}")
        else
            whole+=("$value")
            whole_docs+=("$value${doc:+  -- $doc}")
        fi
    done < <(_POSTDEX_COMPLETE=zsh "${(Q)words[1]}" "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    local -a looks
    [[ -n ${(M)whole_docs:#*  -- *} ]] && looks=(-l)
    compadd -U -V postdex $looks -d whole_docs -a whole
    compadd -U -V postdex -S '' -d begun_docs -a begun
}
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    _postdex "$@"
else
    compdef _postdex postdex
fi
