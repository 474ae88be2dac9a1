package som

import (
	"math/bits"
	"reflect"
	"slices"
	"strconv"
)

// firstInits returns the classes that the class initialises itself, in order.
func (c *Class) firstInits() []*Class {
	if c.spec.InitClasses != nil {
		return slices.Clone(c.spec.InitClasses)
	}
	var first []*Class
	for i, p := range c.parents {
		if !c.abstracts[i] {
			first = append(first, p)
		}
	}
	return first
}

// findVisits lists the classes whose initializers run: depth first, each after those that it
// initialises, each once.
func (c *Class) findVisits() error {
	first := c.firstInits()
	seen := map[*Class]bool{}
	for i, a := range first {
		if a == c || !c.concrete[a] {
			return fail(CodeInit, c.Name(), "it is to initialise %s, which is no ancestor of which it has more than the interface", a)
		}
		if slices.Index(first, a) != i {
			return fail(CodeInit, c.Name(), "it is to initialise %s twice", a)
		}
		for _, v := range a.visits {
			if !seen[v] {
				seen[v] = true
				c.visits = append(c.visits, v)
			}
		}
	}
	c.visits = append(c.visits, c)
	return nil
}

// layOut places the data of the class and its concrete ancestors, the root first.
func (c *Class) layOut() error {
	d := c.spec.Data
	if d.Size < 0 || d.Size > MaxSize {
		return fail(CodeSize, c.Name(), "its data has %d octets, and 0 to %d are allowed (MaxSize)", d.Size, MaxSize)
	}
	if d.Size > 0 && (d.Align < 1 || d.Align > MaxAlign || bits.OnesCount(uint(d.Align)) != 1) {
		return fail(CodeSize, c.Name(), "its data is aligned to %d, which must be a power of two up to %d (MaxAlign)", d.Align, MaxAlign)
	}
	at := 0
	c.align = 1
	for _, a := range slices.Backward(c.order) {
		if !c.concrete[a] {
			continue
		}
		if a.spec.State != nil {
			c.stateful = append(c.stateful, a)
		}
		if d := a.spec.Data; d.Size > 0 {
			at = roundUp(at, d.Align)
			c.layout = append(c.layout, Placed{a, at})
			at += d.Size
			c.align = max(c.align, d.Align)
		}
		if at > MaxSize {
			break
		}
	}
	c.findMemory()
	if c.size = roundUp(at, c.align); c.size > MaxSize {
		return fail(CodeSize, c.Name(), "an instance would have more than %d octets of data (MaxSize)", MaxSize)
	}
	return nil
}

// findMemory makes the type of an instance with its States behind it.
func (c *Class) findMemory() {
	c.memory = reflect.TypeFor[instance]()
	if len(c.stateful) == 0 {
		return
	}
	fields := []reflect.StructField{{Name: "Instance", Type: c.memory}}
	for i, a := range c.stateful {
		fields = append(fields, reflect.StructField{Name: "S" + strconv.Itoa(i), Type: a.spec.State})
	}
	c.memory = reflect.StructOf(fields)
	c.states = make(map[*Class]uintptr, len(c.stateful))
	for i, a := range c.stateful {
		c.states[a] = c.memory.Field(i + 1).Offset
	}
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }
