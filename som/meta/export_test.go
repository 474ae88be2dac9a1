package meta

import "github.com/opendsom/dsom/som"

// Kept is how many objects the extent of a class keeps, dead ones among them if there is a mistake.
func Kept(c *som.Class) int {
	e, _ := som.State[extent](c.SOM(), ExtentManaged)
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.live)
}
