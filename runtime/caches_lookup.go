package nn

import (
	"fmt"
	"strconv"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/modelspec"
)

// names gives the names of the cache's model: with a plan's aliases, where one
// keeps it.
func (c *cached) names() (*caching.Names, error) {
	if c.compiled != nil {
		return c.compiled.names()
	}
	in, err := c.s.spec()
	if err != nil {
		return nil, err
	}
	return in.names(), nil
}

// Get gives the part of the cache at a module or list of modules, by its path
// from here; aliases stand for their modules anywhere in it, and from the root
// it may begin with "model.". What the model does not have (NN3146), an index
// beyond a list (NN3148) and what was never cached (NN3147) are errors.
func (v CacheView) Get(path string) (CacheView, error) {
	v.c.ready()
	names, err := v.c.names()
	if err != nil {
		return CacheView{}, err
	}
	full, none := names.Find(v.path, path)
	switch {
	case none != nil && none.Index:
		return CacheView{}, misuse("NN3148", "%s", none.Message)
	case none != nil:
		return CacheView{}, noModule(none)
	}
	for _, r := range v.c.records {
		if caching.Below(r.Module, full) {
			return CacheView{v.c, full}, nil
		}
	}
	return CacheView{}, v.c.neverCached(full)
}

func noModule(none *caching.NotFound) *Error {
	e := misuse("NN3146", "%s", none.Message)
	e.Hint = "nngen tree prints the paths and aliases of modules"
	return e
}

// Index gives element i of a list of modules; errors are those of Get.
func (v CacheView) Index(i int) (CacheView, error) { return v.Get(strconv.Itoa(i)) }

// neverCached is the error of a module of which nothing was kept.
func (c *cached) neverCached(path string) *Error {
	e := misuse("NN3147", "nothing of %s is in the cache", modelspec.PathName(path))
	e.Hint = "name it with nn.Modules when the cache is made, or leave nn.Modules out to keep every module"
	if c.set.paths == nil {
		e.Hint = "the run did not come to it, or the spec knows no tensor there: nngen tree tells"
	}
	return e
}

// String names the part of the cache.
func (v CacheView) String() string {
	return fmt.Sprintf("cache of %s", modelspec.PathName(v.path))
}
