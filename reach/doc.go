// Package reach holds the rules by which references name addresses, and by which the addresses
// in references are connected to: for servers behind address translation, in containers, on
// machines of several networks.
//
// Rules are text, one a word: [ParsePublish] and [ParseConnect] read them, separated by white
// space or semicolons, as they stand in an option, a flag or the environment.
//
//	bank.example.org                    references name this host, and the port listened at
//	bank.example.org:4000,192.0.2.7     the first, and as a second choice the other
//	10.0.0.0/8=@here                    but for clients in that network: the address they came to
//
//	10.0.0.0/8=gateway:4000             a reference that names such an address leads to the gateway
//	@link-local=@refuse                 and one that names such an address leads nowhere
//
// Which rule holds is decided in the order in which they stand; in what is published one without
// a network holds for those for whom no other does, wherever it stands.
package reach

import (
	"fmt"
	"strings"
)

// MaxRules is how many rules a text may have.
const MaxRules = 256

// A RuleError says which rule cannot be used, and why.
type RuleError struct {
	Rule   string
	Reason string
}

// Error names the rule.
func (e *RuleError) Error() string { return fmt.Sprintf("rule %q: %s", e.Rule, e.Reason) }

func bad(rule, format string, args ...any) error {
	return &RuleError{rule, fmt.Sprintf(format, args...)}
}

// words takes a text of rules apart.
func words(text string) ([]string, error) {
	all := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == ';' })
	if len(all) > MaxRules {
		return nil, bad(all[MaxRules], "there are %d rules; there may be %d", len(all), MaxRules)
	}
	return all, nil
}
