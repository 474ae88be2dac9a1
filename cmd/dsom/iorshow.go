package main

import (
	"fmt"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/ior/explain"
)

// referenceFacts returns what people are shown.
func referenceFacts(s explain.Reference) [][2]string {
	var rows [][2]string
	add := func(name, value string) { rows = append(rows, [2]string{name, value}) }
	if s.Scheme != "IOR" {
		add("URL", s.URL)
		for i, a := range s.Addresses {
			add(once("address", i), a)
		}
		rows = append(rows, keyFacts(s.Key, "")...)
		if s.Name != "" {
			add("name", s.Name)
		}
		return rows
	}
	typ := s.Type
	if _, name, _, ok := ior.ScopedName(typ); ok {
		typ += " (" + name + ")"
	}
	switch {
	case s.Nil && s.Type == "":
		add("reference", "nil")
	case s.Nil:
		add("type", typ)
		add("reference", "nil")
	case typ == "":
		add("type", "not said: ask the object")
	default:
		add("type", typ)
	}
	for _, p := range s.Profiles {
		head := p.Kind
		if p.Version != "" {
			head += " " + p.Version
		} else {
			head += fmt.Sprintf(" (tag %d)", p.Tag)
		}
		add("profile", head)
		if p.Error != "" {
			add("  damaged", p.Error)
		}
		for i, a := range p.Addresses {
			add(once("  address", i), a)
		}
		rows = append(rows, keyFacts(p.Key, "  ")...)
		for _, c := range p.Components {
			if c.Tag == ior.TagAlternateIIOPAddress && c.Value != "" {
				continue // stands among the addresses
			}
			rows = append(rows, componentFact(c))
		}
		if p.Data != "" {
			add("  data", abbreviated(p.Data))
		}
	}
	if s.Corbaloc != "" {
		add("in short", s.Corbaloc)
	}
	return rows
}

func once(name string, i int) string {
	if i > 0 {
		return ""
	}
	return name
}

func keyFacts(k *explain.Key, indent string) [][2]string {
	switch {
	case k == nil:
		return nil
	case k.Ours:
		life := "persistent"
		if !k.Persistent {
			life = "transient, of the server's incarnation " + k.Incarnation
		}
		adapter := k.Adapter
		if adapter == "" {
			adapter = "(root)"
		}
		return [][2]string{
			{indent + "server", k.Server}, {indent + "adapter", adapter}, {indent + "object", k.Object}, {indent + "life", life},
		}
	case k.Text != "":
		return [][2]string{{indent + "key", k.Text}}
	}
	return [][2]string{{indent + "key", "0x" + k.Hex}}
}

func componentFact(c explain.Component) [2]string {
	name := c.Name
	if name == "" {
		name = fmt.Sprintf("tag %d", c.Tag)
	}
	if c.Value != "" {
		return [2]string{"  " + name, c.Value}
	}
	return [2]string{"  " + name, abbreviated(c.Data)}
}

// abbreviated returns hexadecimal digits, long ones in short.
func abbreviated(digits string) string {
	const most = 48
	if len(digits) <= most {
		return "0x" + digits
	}
	return fmt.Sprintf("0x%s… (%d octets)", digits[:most], len(digits)/2)
}
