# Completion of ollama-cli for fish; written by `ollama-cli --install-completion fish`.

function __ollama_cli
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $before[1])
    set -lx _OLLAMA_CLI_COMPLETE fish
    set -l answers ($program $before "$current" 2>/dev/null)
    if test "$answers[1]" = :files
        set -l begun '^(?:--[^=]+=)?(?:(?:[\w-]+=)?@)?'
        set -l option (string match -r $begun -- $current)
        for path in (__fish_complete_path (string replace -r $begun '' -- $current))
            echo "$option$path"
        end
        return
    end
    printf '%s\n' $answers
end

complete -c ollama-cli -f -a '(__ollama_cli)'
