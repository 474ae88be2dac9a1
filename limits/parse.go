package limits

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// units are what may follow a number of octets.
var units = []struct {
	name string
	size int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"B", 1}}

// unlimited is how an option switches a limit off.
const unlimited = "unlimited"

// Parse reads the value of the option of limit n, for [Limits.Set]: a number above zero; of octets with a
// unit if wanted (64MiB), of a time with one always (1m30s); or "unlimited".
func (n Name) Parse(text string) (int64, error) {
	if text == unlimited {
		return Unlimited, nil
	}
	wrong := func(example string) error {
		return fmt.Errorf("%s: %q is neither %s nor %s", n, text, example, unlimited)
	}
	switch table[n].unit {
	case nanoseconds:
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return 0, wrong("a time above zero, such as 1m30s,")
		}
		return int64(d), nil
	case octets, octetsPerSecond:
		size := int64(1)
		digits := text
		for _, u := range units {
			if rest, ok := strings.CutSuffix(text, u.name); ok {
				digits, size = strings.TrimSpace(rest), u.size
				break
			}
		}
		v, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || v <= 0 || v > math.MaxInt64/size {
			return 0, wrong("a number of octets, such as 64MiB,")
		}
		return v * size, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v <= 0 {
		return 0, wrong("a number above zero")
	}
	return v, nil
}

// Default returns the default of limit n as [Name.Parse] reads it; empty where it depends on the machine.
func (n Name) Default() string {
	v := table[n].std
	switch {
	case v == 0:
		return ""
	case table[n].unit == nanoseconds:
		s := time.Duration(v).String()
		s = strings.TrimSuffix(s, "0s")
		if !strings.HasSuffix(s, "m") { // 10s lost its zero
			s = time.Duration(v).String()
		}
		return s
	case table[n].unit != count:
		for _, u := range []int{2, 1, 0} {
			if v%units[u].size == 0 {
				return strconv.FormatInt(v/units[u].size, 10) + units[u].name
			}
		}
	}
	return strconv.FormatInt(v, 10)
}
