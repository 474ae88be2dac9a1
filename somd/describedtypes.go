package somd

import (
	"crypto/sha256"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
)

// describedTypes are those that peers have described to the process: Go frees none that is made while a program runs.
var describedTypes struct {
	mu    sync.Mutex
	n     int
	known map[[sha256.Size]byte]bool // signatures, each of which counts once
}

// descriptionTypes counts those of one description.
type descriptionTypes struct{ n int }

// add counts those of signatures, before any is made. What is refused counts nothing of the process's.
func (t *descriptionTypes) add(signatures map[string]*som.Signed) error {
	for _, s := range signatures {
		t.n += s.Types()
	}
	if t.n > MaxDescriptionTypes {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "the description's signatures tell %d types, and at most %d are allowed (MaxDescriptionTypes)", t.n, MaxDescriptionTypes)
	}
	all := &describedTypes
	all.mu.Lock()
	defer all.mu.Unlock()
	var fresh [][sha256.Size]byte
	n := 0
	for text, s := range signatures {
		if sum := sha256.Sum256([]byte(text)); !all.known[sum] {
			fresh = append(fresh, sum)
			n += s.Types()
		}
	}
	if n > MaxDescribedTypes-all.n {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%d types were made of what was described to the process, and %d more would be more than %d (MaxDescribedTypes)", all.n, n, MaxDescribedTypes)
	}
	if all.known == nil {
		all.known = map[[sha256.Size]byte]bool{}
	}
	for _, sum := range fresh {
		all.known[sum] = true
	}
	all.n += n
	return nil
}
