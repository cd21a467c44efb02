# Completion of postdex for fish: postdex completion fish > ~/.config/fish/completions/postdex.fish
function __postdex_complete
    set -l words (commandline -opc)
    _POSTDEX_COMPLETE=fish $words[1] $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c postdex -f -a '(__postdex_complete)'
