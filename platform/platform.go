// Package platform says on which systems the program is released, and what it cannot do on each of them.
//
// It has two tables: [Targets], what releases are built for, and [Abilities], what some system lacks. What is left out on a
// system answers there with the error of its ability, [Ability.Missing], so that an error, dsom doctor and docs/platforms.md say
// the same.
package platform

// A Target is a kind of machine for which releases are built.
type Target struct {
	OS, Arch string // as Go names them
}

// String returns what Go calls it, such as linux/s390x.
func (t Target) String() string { return t.OS + "/" + t.Arch }

// Targets returns what releases are built for: all without cgo.
func Targets() []Target {
	return []Target{
		{"linux", "amd64"}, {"linux", "arm64"}, {"linux", "386"}, {"linux", "s390x"}, {"linux", "ppc64le"}, {"linux", "riscv64"},
		{"windows", "amd64"}, {"windows", "arm64"},
		{"darwin", "amd64"}, {"darwin", "arm64"},
		{"freebsd", "amd64"},
		{"aix", "ppc64"},
	}
}

// Systems returns the operating systems of the targets, each once, in their order.
func Systems() []string {
	var all []string
	seen := map[string]bool{}
	for _, t := range Targets() {
		if !seen[t.OS] {
			seen[t.OS] = true
			all = append(all, t.OS)
		}
	}
	return all
}
