# bash completion of trunkline(1); the command itself says what there is
#
# Install it as trunkline in the folder that "pkg-config --variable=completionsdir bash-completion"
# names.

_trunkline_commands()
{
    "$1" help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]\{1,\}\) .*/\1/p'
}

_trunkline_options()
{
    "$1" help "$2" 2>/dev/null | grep -o -- '--[a-z][a-z-]*'
}

_trunkline()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
    local words=

    if ((COMP_CWORD == 1)) || [[ $command == help ]]; then
        words=$(_trunkline_commands "${COMP_WORDS[0]}")
    elif [[ $word == -* ]]; then
        words=$(_trunkline_options "${COMP_WORDS[0]}" "$command")
    elif [[ $command == config && $before == config ]]; then
        words=show
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

# Where we have nothing to say, files are meant: query -f FILE.
complete -o default -F _trunkline trunkline
