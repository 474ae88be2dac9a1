package main

import (
	"context"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (completionCmd) Help() string {
	return `Example:

    dsom completion bash > /etc/bash_completion.d/dsom
    dsom completion zsh > "${fpath[1]}/_dsom"
    dsom completion fish > ~/.config/fish/completions/dsom.fish`
}

// The scripts ask the program itself, so that they know what it knows. A candidate is a line
// with a tab before its description.
var completionScripts = map[string]string{
	"bash": `# bash completion of dsom
_dsom() {
  local line word words=() n=0 before= IFS=$'\n'
  # bash takes --flag=value for three words, and the last of them for the one to complete.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ n -gt 0 && ${words[n-1]} == --* && ( $word == "=" || ${words[n-1]} == *= ) ]]; then
      words[n-1]+=$word
    else
      words[n++]=$word
    fi
  done
  [[ n -gt 0 && ${words[n-1]} == --*=* ]] && before="${words[n-1]%%=*}="
  COMPREPLY=()
  while read -r line; do
    line="${line%%$'\t'*}"
    COMPREPLY+=("${line#"$before"}")
  done < <("${COMP_WORDS[0]}" __complete -- "${words[@]}" 2>/dev/null)
}
complete -o default -o bashdefault -F _dsom dsom
`,
	"zsh": `#compdef dsom
_dsom() {
  local -a list
  local line
  while IFS= read -r line; do
    list+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( ${#list} )); then _describe dsom list; else _files; fi
}
if [ "$funcstack[1]" = _dsom ]; then _dsom "$@"; else compdef _dsom dsom; fi
`,
	"fish": `# fish completion of dsom
function __dsom_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete -- $words[2..-1] 2>/dev/null
end
complete -c dsom -a '(__dsom_complete)'
`,
}

func (v completionCmd) Run(c *console) error {
	if c.json {
		return c.printJSON(map[string]string{"shell": v.Shell, "script": completionScripts[v.Shell]})
	}
	c.printf("%s", completionScripts[v.Shell])
	return nil
}

type completeCmd struct {
	Words []string `arg:"" optional:"" help:"The words after dsom, up to the one to complete."`
}

func (v completeCmd) Run(ctx context.Context, c *console, k *kong.Kong) error {
	for _, s := range candidates(k.Model, v.Words, func(state string) []candidate { return serverNames(ctx, state) }) {
		c.printf("%s\t%s\n", s.word, s.about)
	}
	return nil
}

// A candidate is a word that may stand at a place, and what it means.
type candidate struct{ word, about string }

// serverNames asks the daemon for the names of its servers; without an answer there are none.
func serverNames(ctx context.Context, state string) []candidate {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	d, err := stateFlag{State: state}.daemon()
	if err != nil {
		return nil
	}
	servers, err := d.Servers(ctx)
	if err != nil {
		return nil
	}
	var list []candidate
	for _, s := range servers {
		list = append(list, candidate{s.Name, stateText(s)})
	}
	return list
}

// candidates returns what may stand in the place of the last of words. Nothing means a file or
// free text. servers is asked for the names of servers where one is wanted.
func candidates(app *kong.Application, words []string, servers func(state string) []candidate) []candidate {
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	node, given, state := app.Node, 0, ""
	var open *kong.Flag // wants a value
	for _, w := range words[:len(words)-1] {
		switch {
		case open != nil:
			if open.Name == "state" {
				state = w
			}
			open = nil
		case w == "--":
			return nil
		case strings.HasPrefix(w, "-"):
			if wantsValue(node, w) {
				open = flagOf(node, w)
			}
		default:
			if sub := childOf(node, w); sub != nil {
				node, given = sub, 0
			} else {
				given++
			}
		}
	}
	switch {
	case open != nil:
		return valuesOf(open.Value, "", last)
	case strings.HasPrefix(last, "-"):
		if name, value, ok := strings.Cut(last, "="); ok {
			if f := flagOf(node, name); f != nil {
				return valuesOf(f.Value, name+"=", value)
			}
			return nil
		}
		return flagsOf(node, last)
	}
	var list []candidate
	for _, sub := range node.Children {
		if !sub.Hidden && strings.HasPrefix(sub.Name, last) {
			list = append(list, candidate{sub.Name, sub.Help})
		}
	}
	if given < len(node.Positional) {
		p := node.Positional[given]
		list = append(list, valuesOf(p, "", last)...)
		if p.Name == "server" {
			for _, s := range servers(state) {
				if strings.HasPrefix(s.word, last) {
					list = append(list, s)
				}
			}
		}
	}
	return list
}

func childOf(node *kong.Node, name string) *kong.Node {
	for _, sub := range node.Children {
		if sub.Name == name {
			return sub
		}
	}
	return nil
}

// flagOf returns the flag that a word names, "--name", "--name=value" or "-n", or nil.
func flagOf(node *kong.Node, word string) *kong.Flag {
	word, _, _ = strings.Cut(word, "=")
	for _, group := range node.AllFlags(false) {
		for _, f := range group {
			if word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short) {
				return f
			}
		}
	}
	return nil
}

func flagsOf(node *kong.Node, prefix string) []candidate {
	var list []candidate
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			if word := "--" + f.Name; strings.HasPrefix(word, prefix) {
				list = append(list, candidate{word, f.Help})
			}
		}
	}
	return list
}

// valuesOf returns the values of an enumeration that begin with prefix.
func valuesOf(v *kong.Value, before, prefix string) []candidate {
	if v.Tag == nil || v.Tag.Enum == "" {
		return nil
	}
	var list []candidate
	for _, s := range v.EnumSlice() {
		if strings.HasPrefix(s, prefix) {
			list = append(list, candidate{before + s, v.Help})
		}
	}
	return list
}
