package chat

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/fuzzguard"
)

// goldens is what scripts/export/golden_chat.py writes.
type goldens struct {
	Now       time.Time
	Tokens    map[string]string
	Templates map[string]string
	Cases     []struct {
		Template string
		Messages []map[string]any
		Reply    bool
		Tools    []any
		Text     string
		Error    string
	}
}

func read(t *testing.T) goldens {
	t.Helper()
	data, err := os.ReadFile("../../testdata/chat/cases.json")
	require.NoError(t, err)
	var g goldens
	require.NoError(t, json.Unmarshal(data, &g))
	return g
}

func message(m map[string]any) Message {
	out := Message{More: map[string]any{}}
	for name, v := range m {
		switch name {
		case "role":
			out.Role = v.(string)
		case "content":
			out.Content = v.(string)
		default:
			out.More[name] = v
		}
	}
	return out
}

// Conversations come out as transformers renders them, refusals included.
func TestAsTransformers(t *testing.T) {
	g := read(t)
	require.Greater(t, len(g.Cases), 40)
	for _, c := range g.Cases {
		tpl, err := New(g.Templates[c.Template], g.Tokens)
		require.NoError(t, err, c.Template)
		var messages []Message
		for _, m := range c.Messages {
			messages = append(messages, message(m))
		}
		opts := []Option{At(g.Now)}
		if c.Reply {
			opts = append(opts, WithReply())
		}
		if c.Tools != nil {
			opts = append(opts, Var("tools", c.Tools))
		}
		got, err := tpl.Render(messages, opts...)
		if c.Error != "" {
			require.ErrorContains(t, err, c.Error)
			continue
		}
		require.NoError(t, err, "%s of %v", c.Template, c.Messages)
		require.Equal(t, c.Text, got, "%s of %v", c.Template, c.Messages)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	render := func(path string) string {
		tpl, err := Open(path)
		require.NoError(t, err)
		text, err := tpl.Render([]Message{{Role: "user", Content: "hi"}})
		require.NoError(t, err)
		return text
	}
	_, err := Open(dir)
	require.ErrorContains(t, err, "no chat template")
	config := write("tokenizer_config.json", `{"bos_token": {"content": "<b>"}, "eos_token": "<e>",
		"chat_template": [{"name": "tool_use", "template": "no"}, {"name": "default", "template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}"}]}`)
	require.Equal(t, "<b>hi<e>", render(dir))
	require.Equal(t, "<b>hi<e>", render(config))
	write("chat_template.json", `{"chat_template": "json {{ messages[0].role }}"}`)
	require.Equal(t, "json user", render(dir))
	write("chat_template.jinja", "file {{ bos_token }}")
	require.Equal(t, "file <b>", render(dir))
	write("tokenizer_config.json", `{`)
	_, err = Open(dir)
	require.ErrorContains(t, err, "tokenizer_config.json")
}

// A template out of a model's files reaches no file, does not count for ever,
// and its mistakes are errors.
func TestHostileTemplates(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("secret"), 0o600))
	for name, text := range map[string]string{
		"include":  "{% include '" + secret + "' %}",
		"import":   "{% import '" + secret + "' as x %}",
		"extends":  "{% extends '" + secret + "' %}",
		"range":    "{% for i in range(1000000000) %}{% endfor %}",
		"ranges":   "{% for i in range(2000) %}{% for j in range(2000) %}{% endfor %}{% endfor %}",
		"output":   "{% for i in range(1000000) %}" + strings.Repeat("x", 1000) + "{% endfor %}",
		"syntax":   "{% if %}",
		"unclosed": "{{ messages",
		"unknown":  "{{ open('" + secret + "') }}",
		"filter":   "{{ 'x' | no_such_filter }}",
		"long":     strings.Repeat("x", maxTemplate+1),
		"zero":     "{% for i in range(1, 5, 0) %}{% endfor %}",
	} {
		t.Run(name, func(t *testing.T) {
			tpl, err := New(text, nil)
			if err == nil {
				_, err = tpl.Render([]Message{{Role: "user", Content: "hi"}})
			}
			require.Error(t, err)
		})
	}
}

func FuzzRender(f *testing.F) {
	for _, text := range []string{"{% for m in messages %}{{ m.role }}{% endfor %}", "{{ strftime_now('%d') }}", "{% generation %}x{% endgeneration %}", "{{ messages | tojson }}"} {
		f.Add(text)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		defer fuzzguard.Input()()
		tpl, err := New(text, nil)
		if err == nil {
			_, _ = tpl.Render([]Message{{Role: "user", Content: "hi"}})
		}
	})
}
