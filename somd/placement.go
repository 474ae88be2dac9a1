package somd

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/som"
)

// EnvPlacement is the variable that names a placement file in place of the one beside a library.
const EnvPlacement = "DSOM_PLACEMENT"

// PlacementFile is the name of the file that says where classes are, in a folder that stands in SOM_PATH.
const PlacementFile = "placement"

// MaxPlacement is how many octets a placement file has at most.
const MaxPlacement = 1 << 20

// A Placement says of classes that they are elsewhere, and where: a line for each, its name and the URL of its server, with blanks between. Lines that
// begin with # and empty ones say nothing.
type Placement struct {
	File    string
	Classes []Place
}

// ReadPlacement reads the placement file that goes with a library's: the one that the variable DSOM_PLACEMENT names, or else the
// one in its folder.
func ReadPlacement(library string) (Placement, error) {
	file := os.Getenv(EnvPlacement)
	if file == "" {
		file = filepath.Join(filepath.Dir(library), PlacementFile)
	}
	i, err := os.Stat(file)
	if err != nil {
		return Placement{}, fmt.Errorf("where the classes of %s are is said by a file %s: %w", library, PlacementFile, err)
	}
	if i.Size() > MaxPlacement {
		return Placement{}, fmt.Errorf("%s has %d octets, and at most %d are allowed (MaxPlacement)", file, i.Size(), MaxPlacement)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return Placement{}, err
	}
	return ParsePlacement(file, string(text))
}

// ParsePlacement reads the text of a placement file.
func ParsePlacement(file, text string) (Placement, error) {
	p := Placement{File: file}
	seen := map[string]int{}
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, MaxPlacement)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		if len(words) != 2 {
			return p, fmt.Errorf("%s:%d: a line has a class and the URL of its server, such as Dog corbaname::host#somd/dogs, and this has %d words", file, n, len(words))
		}
		if at := seen[words[0]]; at > 0 {
			return p, fmt.Errorf("%s:%d: class %s is placed in line %d already", file, n, words[0], at)
		}
		seen[words[0]] = n
		p.Classes = append(p.Classes, Place{Class: words[0], URL: words[1], File: file})
	}
	return p, lines.Err()
}

// Check is the error of a class that has no name of one, or that is placed at what is no URL. Whether a server is there is not asked.
func (p Place) Check() error {
	if err := som.CheckName(p.Class); err != nil {
		return err
	}
	if isOwnProcess(p.URL) {
		if p.URL == schemeProgram { // without a library it is that of SOM_PATH, but a program is nowhere
			return fmt.Errorf("class %s: behind %s a file is wanted", p.Class, p.URL)
		}
		return nil
	}
	if _, err := ior.ParseURL(p.URL); err != nil {
		return fmt.Errorf("class %s: %w", p.Class, err)
	}
	return nil
}

// LibraryNames returns the names of the files in which libsom looks for a class: that of its whole name, and that of its first part.
func LibraryNames(class string) []string {
	lower := strings.ToLower(class)
	whole := "lib" + strings.ReplaceAll(lower, "::", "_") + ".so"
	first, _, nested := strings.Cut(lower, "::")
	if !nested {
		return []string{whole}
	}
	return []string{whole, "lib" + first + ".so"}
}

// For returns the classes that libsom looks for in a file of this name.
func (p Placement) For(file string) []Place {
	var all []Place
	for _, c := range p.Classes {
		for _, name := range LibraryNames(c.Class) {
			if name == filepath.Base(file) {
				all = append(all, c)
				break
			}
		}
	}
	return all
}
