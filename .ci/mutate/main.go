// Command mutate removes or weakens one rule at a time and demands that the
// test which guards it turns red. It is what "make mutate" runs.
//
//	go run ./.ci/mutate [part of a name | K/N]
//
// K/N is the Kth of N shares of the list, each from every part of it: what one
// run of CI has the time for.
//
// The mutations stand in .ci/mutations.txt, which describes its format. Each is
// laid over the module by "go test -overlay": no file of the tree is touched.
// First the named tests must be there and pass as things are; a test that is
// skipped here is said and passed over, or with GATEPASS_TIERS=required an
// error. Then each mutant must compile, and its named test must fail. A mutant
// that lives, that does not compile, or whose text is not found exactly once is
// an error.
package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

const (
	listFile = ".ci/mutations.txt"
	parallel = 2
)

func main() {
	text, err := os.ReadFile(listFile)
	if err != nil {
		fatal(err)
	}
	list, err := parse(string(text))
	if err != nil {
		fatal(err)
	}
	if len(os.Args) > 1 {
		list = chosen(list, os.Args[1])
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		fatal(err)
	}
	ok := summary(judgeAll(list, bench{dir: dir, test: goTest}))
	os.RemoveAll(dir)
	if !ok {
		os.Exit(1)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "mutate:", err)
	os.Exit(1)
}

// chosen returns the mutations that an argument asks for.
func chosen(list []mutation, arg string) []mutation {
	var k, n int
	if got, err := fmt.Sscanf(arg, "%d/%d", &k, &n); err != nil || got != 2 || k < 1 || k > n {
		return matching(list, arg)
	}
	var share []mutation
	for i := k - 1; i < len(list); i += n {
		share = append(share, list[i])
	}
	return share
}

func matching(list []mutation, part string) []mutation {
	var some []mutation
	for _, m := range list {
		if strings.Contains(m.name, part) {
			some = append(some, m)
		}
	}
	return some
}

// judgeAll judges every mutation, two at a time, and prints each verdict in the
// order of the list.
func judgeAll(list []mutation, b bench) []verdict {
	before := b.unchanged(list)
	verdicts := make([]chan verdict, len(list))
	slots := make(chan struct{}, parallel)
	var all sync.WaitGroup
	for i, m := range list {
		verdicts[i] = make(chan verdict, 1)
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			verdicts[i] <- b.judge(i, m, before)
		})
	}
	out := make([]verdict, len(list))
	for i, m := range list {
		out[i] = <-verdicts[i]
		fmt.Printf("%-8s %s%s\n", out[i].word, m.name, out[i].detail())
	}
	all.Wait()
	return out
}

// summary prints the count and reports whether nothing lived and nothing was wrong.
func summary(verdicts []verdict) bool {
	n := map[word]int{}
	for _, v := range verdicts {
		n[v.word]++
	}
	fmt.Printf("%d mutants: %d killed", len(verdicts), n[killed])
	for _, w := range []word{lived, wrong, skipped} {
		if n[w] > 0 {
			fmt.Printf(", %d %s", n[w], w)
		}
	}
	fmt.Println()
	required := os.Getenv("GATEPASS_TIERS") == "required"
	return len(verdicts) > 0 && n[lived]+n[wrong] == 0 && (n[skipped] == 0 || !required)
}
