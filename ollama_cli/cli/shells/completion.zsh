#compdef ollama-cli
# Completion of ollama-cli for zsh; written by `ollama-cli --install-completion zsh`.

_ollama_cli() {
    local line value
    local -a answers items open
    answers=("${(@f)$(_OLLAMA_CLI_COMPLETE=zsh ${~words[1]} "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    if [[ $answers[1] == :files ]]; then
        compset -P '(*=|)@'
        _files
        return
    fi
    for line in $answers; do
        value=${line%%$'\t'*}
        if [[ $value == *= ]]; then
            open+=("${value//:/\\:}") # a value follows at once
        else
            items+=("${value//:/\\:}${${line#$value}/$'\t'/:}")
        fi
    done
    _describe -V 'ollama-cli' items
    _describe -V 'ollama-cli' open -S ''
}

if [[ $funcstack[1] == _ollama-cli ]]; then
    _ollama_cli "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
    compdef _ollama_cli ollama-cli
fi
