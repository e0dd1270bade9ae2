# Completion of ollama-cli for bash; written by `ollama-cli --install-completion bash`.

_ollama_cli() {
    local line program=$1 word=${2#\\}
    [[ $program == "~/"* ]] && program=$HOME/${program:2}
    COMPREPLY=()
    # The text up to the cursor, as bash parts words at `:` and `=`; of each answer comes back what
    # follows the text that bash is about to replace.
    while IFS= read -r line; do
        if [[ $line == :files && $word == @* ]]; then # a mark of ours before the name of a file
            # bash escapes what it completes as the name of a file, the mark too: names of plain
            # words are completed as words, and what was escaped before is read.
            word=${word//\\/}
            while IFS= read -r line; do
                [[ $line == *[^[:alnum:]/._+-]* ]] && compopt -o filenames 2>/dev/null
                [[ -d $line ]] && line+=/
                COMPREPLY+=("@$line")
            done < <(compgen -f -- "${word:1}")
            break
        elif [[ $line == :files ]]; then
            compopt -o default 2>/dev/null || while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "$2")
            return
        fi
        COMPREPLY+=("$line")
    done < <(_OLLAMA_CLI_COMPLETE=bash "$program" "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
    # What follows, follows at once.
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/] ]] && compopt -o nospace 2>/dev/null
}

complete -F _ollama_cli ollama-cli
