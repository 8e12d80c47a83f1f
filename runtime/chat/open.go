package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Open reads the template of a model: path is its folder, or the file
// tokenizer_config.json, chat_template.json or chat_template.jinja in it. Special
// tokens come from tokenizer_config.json where that is there. A model with
// several templates is asked for its default one.
func Open(path string) (*Template, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	folder, files := path, []string{"chat_template.jinja", "chat_template.json", configFile}
	if !info.IsDir() {
		folder, files = filepath.Dir(path), []string{filepath.Base(path)}
	}
	tokens, err := specialTokens(filepath.Join(folder, configFile))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		text, err := readTemplate(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) || err == nil && text == "" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(folder, name), err)
		}
		return New(text, tokens)
	}
	return nil, fmt.Errorf("%s has no chat template: the model may not be one for chats", path)
}

const configFile = "tokenizer_config.json"

// maxFile bounds the files that are read: a tokenizer_config.json lists each
// added token.
const maxFile = 64 << 20

// readBounded reads a file of at most maxFile bytes.
func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%d bytes are too many", info.Size())
	}
	return os.ReadFile(path)
}

// readTemplate gives the template in a file, "" if there is none.
func readTemplate(path string) (string, error) {
	data, err := readBounded(path)
	if err != nil || filepath.Ext(path) != ".json" {
		return string(data), err
	}
	var file struct {
		Template json.RawMessage `json:"chat_template"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return "", err
	}
	if len(file.Template) == 0 || string(file.Template) == "null" {
		return "", nil
	}
	var text string
	if json.Unmarshal(file.Template, &text) == nil {
		return text, nil
	}
	var named []struct{ Name, Template string }
	if err := json.Unmarshal(file.Template, &named); err != nil {
		return "", errors.New("chat_template is neither a text nor a list of named ones")
	}
	for _, n := range named {
		if n.Name == "default" {
			return n.Template, nil
		}
	}
	return "", errors.New("none of the chat templates is named default")
}

// specialTokens reads the tokens that templates name.
func specialTokens(path string) (map[string]string, error) {
	data, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := map[string]string{}
	for _, name := range []string{"bos_token", "eos_token", "pad_token", "unk_token", "sep_token", "cls_token", "mask_token"} {
		var text string
		var added struct{ Content string }
		switch {
		case json.Unmarshal(all[name], &text) == nil && text != "":
			out[name] = text
		case json.Unmarshal(all[name], &added) == nil && added.Content != "":
			out[name] = added.Content
		}
	}
	return out, nil
}
