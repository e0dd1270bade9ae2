#compdef ollama-cli
# Completion of ollama-cli for zsh; written by `ollama-cli --install-completion zsh`.

_ollama_cli() {
    local line value
    local -a answers items
    answers=("${(@f)$(_OLLAMA_CLI_COMPLETE=zsh ${~words[1]} "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    if [[ $answers[1] == :files ]]; then
        _files
        return
    fi
    for line in $answers; do
        value=${line%%$'\t'*}
        items+=("${value//:/\\:}${${line#$value}/$'\t'/:}")
    done
    _describe -V 'ollama-cli' items
}

if [[ $funcstack[1] == _ollama-cli ]]; then
    _ollama_cli "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
    compdef _ollama_cli ollama-cli
fi
