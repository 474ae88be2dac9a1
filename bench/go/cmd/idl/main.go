// Command idl measures the IDL compiler beside omniidl: checking and building the COS set of
// Debian's package omniorb-idl, in rounds that interleave both, by the CPU time of the
// processes. ../../../run -build makes the dsom that it runs; make bench-idl does both.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const cos = "/usr/share/idl/omniORB/COS"

// A contender is what runs once a round.
type contender struct {
	name  string
	run   func(files []string) time.Duration
	times []time.Duration
}

func main() {
	dsom := flag.String("dsom", "../../dsom", "the `program` to measure")
	rounds := flag.Int("rounds", 9, "rounds")
	flag.Parse()
	log.SetFlags(0)
	files, _ := filepath.Glob(cos + "/*.idl")
	if len(files) == 0 {
		log.Fatal("the package omniorb-idl is not installed")
	}
	out, err := os.MkdirTemp("", "idl-bench")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(out)
	check := []string{*dsom, "idl", "check", "-I", cos}
	omni := []string{"omniidl", "-I" + cos, "-I" + filepath.Dir(cos)}
	build := []string{*dsom, "idl", "build", "--no-standard", "--included", "--go-package-prefix", "bench/gen", "--go-package", "bench/gen/global", "-I", cos, "--out", out}
	all := func(command []string) func([]string) time.Duration {
		return func(files []string) time.Duration { return cpu(append(slices.Clone(command), files...)) }
	}
	each := func(command []string) func([]string) time.Duration {
		return func(files []string) time.Duration {
			var sum time.Duration
			for _, f := range files {
				sum += cpu(append(slices.Clone(command), f))
			}
			return sum
		}
	}
	list := []*contender{
		{name: "omniidl, one process", run: all(omni)},
		{name: "dsom idl check, one process", run: all(check)},
		{name: "omniidl, a process a file", run: each(omni)},
		{name: "dsom idl check, a process a file", run: each(check)},
		{name: "dsom idl build, one process", run: func(files []string) time.Duration {
			if err := os.RemoveAll(out); err != nil {
				log.Fatal(err)
			}
			return all(build)(files)
		}},
	}
	for range *rounds {
		for _, c := range list {
			c.times = append(c.times, c.run(files))
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%d files, %d rounds, load %s\n\n| CPU time | median | least | most | ÷ omniidl, median (least–most) |\n|---|---|---|---|---|\n", len(files), *rounds, strings.TrimSpace(string(load)))
	for i, c := range list {
		base := list[i&^1]
		if i == 4 {
			base = list[0]
		}
		var ratios []float64
		for r := range c.times {
			ratios = append(ratios, float64(c.times[r])/float64(base.times[r]))
		}
		slices.Sort(ratios)
		slices.Sort(c.times)
		ms := func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
		n := len(c.times)
		fmt.Printf("| %s | %s | %s | %s | %.2f (%.2f–%.2f) |\n", c.name, ms(c.times[n/2]), ms(c.times[0]), ms(c.times[n-1]), ratios[n/2], ratios[0], ratios[n-1])
	}
}

// cpu runs a command and returns the CPU time that it took, its children's too. omniidl refuses
// some of the files; what it did until then counts.
func cpu(command []string) time.Duration {
	c := exec.Command(command[0], command[1:]...)
	if err := c.Run(); err != nil {
		if _, refused := err.(*exec.ExitError); !refused {
			log.Fatal(err)
		}
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
}
