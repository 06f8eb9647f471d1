# bash completion for luodi. Verbs, options, kinds, fields, stages and figures all come from luodi itself, so that what is offered
# is what is there. Install as /usr/share/bash-completion/completions/luodi, or source it.

_luodi()
{
	local typed=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} candidate
	local -a words

	# The line is split at spaces only: readline splits at "=" too, which a filter is full of.
	read -ra words <<<"$typed"
	[[ $typed == *[[:space:]] ]] && words+=("")
	words=("${words[@]:1}")
	[[ $word == "=" ]] && word=
	COMPREPLY=()
	while IFS= read -r candidate; do
		[[ $candidate == "$word"* ]] && COMPREPLY+=("$candidate")
	done < <(luodi complete -- "${words[@]}" 2>/dev/null)
	[[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
	[[ ${#COMPREPLY[@]} -gt 0 ]] || compopt -o default
}

complete -F _luodi luodi
