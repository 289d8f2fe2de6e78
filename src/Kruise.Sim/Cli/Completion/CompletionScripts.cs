namespace Kruise.Sim.Cli.Completion;

/// <summary>
/// Scripts that ask the command itself what may follow (<c>kruise-sim "[suggest:POSITION]" "LINE"</c>, which System.CommandLine answers), so that they need not know
/// a verb. Where it has no answer the shell completes files.
/// </summary>
internal static class CompletionScripts
{
    private static readonly Dictionary<string, string> _scripts = new(StringComparer.Ordinal)
    {
        // The shell tells words apart by '=' as well: what stands before it is not to be written again.
        ["bash"] = """
            # Completion of kruise-sim for bash: source <(kruise-sim completion bash)
            _kruise_sim() {
                local line="${COMP_LINE:0:COMP_POINT}" current word
                line="kruise-sim${line#"${COMP_WORDS[0]}"}"
                current="${line##* }"
                local -a found=()
                COMPREPLY=()
                while IFS= read -r word; do
                    # Options are for who began one; a file may stand there otherwise.
                    if [[ $word == "$current"* && ( $current == -* || $word != -* ) ]]; then
                        found+=("$word")
                    fi
                done < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2> /dev/null)
                local before="${current%"${COMP_WORDS[COMP_CWORD]}"}"
                for word in "${found[@]}"; do
                    COMPREPLY+=("${word#"$before"}")
                    [[ $word == *= ]] && compopt -o nospace
                done
                return 0
            }
            complete -o default -F _kruise_sim kruise-sim

            """,
        ["zsh"] = """
            #compdef kruise-sim
            # Completion of kruise-sim for zsh: source <(kruise-sim completion zsh)
            _kruise_sim() {
                local line="kruise-sim ${(j: :)words[2,CURRENT-1]}"
                (( CURRENT > 2 )) && line+=" "
                line+="$PREFIX"
                local -a found open
                found=(${(f)"$("${words[1]}" "[suggest:${#line}]" "$line" 2> /dev/null)"})
                # Options are for who began one; a file may stand there otherwise.
                [[ "$PREFIX" == -* ]] || found=(${found:#-*})
                found=(${(M)found:#${(b)PREFIX}*})
                open=(${(M)found:#*=})
                found=(${found:#*=})
                if (( ${#found} + ${#open} )); then
                    (( ${#open} )) && compadd -S '' -- "${open[@]}"
                    (( ${#found} )) && compadd -- "${found[@]}"
                else
                    _files
                fi
            }
            if [[ "$funcstack[1]" == "_kruise_sim" ]]; then
                _kruise_sim "$@"
            else
                compdef _kruise_sim kruise-sim
            fi

            """,
        ["fish"] = """
            # Completion of kruise-sim for fish: kruise-sim completion fish > ~/.config/fish/completions/kruise-sim.fish
            function __kruise_sim_complete
                set -l line (commandline -cp)
                set -l current (commandline -ct)
                set -l found (kruise-sim "[suggest:"(string length -- $line)"]" "$line" 2> /dev/null | string match -v '')
                # Options are for who began one; a file may stand there otherwise.
                if not string match -q -- '-*' $current
                    set found (string match -v -- '-*' $found)
                end
                if test (count $found) -gt 0
                    printf '%s\n' $found
                else
                    __fish_complete_path $current
                end
            end
            complete -c kruise-sim -f -a '(__kruise_sim_complete)'

            """,
    };

    public static IEnumerable<string> Shells => _scripts.Keys.Order(StringComparer.Ordinal);

    public static string Of(string shell) => _scripts[shell];
}
