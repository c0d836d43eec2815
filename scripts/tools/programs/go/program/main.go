// Program sets and reads values with the Go client of openapi-generator; see scripts/tools/steps.py.
package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"

	openapi "github.com/GIT_USER_ID/GIT_REPO_ID"
)

var extension, future = os.Getenv("EXTENSION"), os.Getenv("FUTURE_EXTENSION")

func client() *openapi.APIClient {
	configuration := openapi.NewConfiguration()
	configuration.Servers = openapi.ServerConfigurations{{URL: os.Getenv("BASE_URL")}}
	return openapi.NewAPIClient(configuration)
}

func login(token string) context.Context {
	return context.WithValue(context.Background(), openapi.ContextAccessToken, token)
}

var api, own = client().PhoneAPI, login(os.Getenv("TOKEN"))

func get(extension string) *openapi.PhoneProperties {
	read, _, err := api.GetPhoneProperties(own, extension).Execute()
	if err != nil {
		panic(err)
	}
	return read
}

func put(set func(*openapi.PhonePropertiesUpdate)) *openapi.PhoneProperties {
	update := openapi.NewPhonePropertiesUpdate()
	set(update)
	if _, _, err := api.UpdatePhoneProperties(own, extension).PhonePropertiesUpdate(*update).Execute(); err != nil {
		panic(err)
	}
	return get(extension)
}

func format(read *openapi.PhoneProperties) string {
	value, _ := read.GetRecordFormatOk()
	if value == nil {
		return "null"
	}
	return string(*value)
}

func bundle() string {
	read := put(func(update *openapi.PhonePropertiesUpdate) {
		entries := map[string]openapi.BundleEntry{"124": {Active: false}, "29196": {Active: true}}
		id := int64(3)
		update.SetBundle(*openapi.NewBundle(entries, *openapi.NewNullableInt64(&id)))
	}).GetBundle()
	words := []string{}
	for key, entry := range read.GetBundleList() {
		words = append(words, fmt.Sprintf("%s:%t", key, entry.GetActive()))
	}
	sort.Strings(words)
	return fmt.Sprintf("%s,%d", strings.Join(words, ","), read.GetBundleId())
}

func refused(login context.Context, extension string) string {
	_, response, err := api.GetPhoneProperties(login, extension).Execute()
	var refusal *openapi.GenericOpenAPIError
	if !errors.As(err, &refusal) {
		return "no error"
	}
	body := refusal.Model().(openapi.Error)
	return fmt.Sprintf("%d %s", response.StatusCode, body.GetStatus())
}

func show(step string, read func() string) {
	defer func() {
		if err := recover(); err != nil {
			fmt.Printf("%s=%v\n", step, err)
		}
	}()
	fmt.Printf("%s=%s\n", step, read())
}

type update = openapi.PhonePropertiesUpdate

func main() {
	show("int64 read", func() string { return fmt.Sprint(get(extension).GetHoldMusic()) })
	show("text", func() string { return put(func(u *update) { u.SetConferencePin("0042") }).GetConferencePin() })
	show("false", func() string {
		return fmt.Sprint(put(func(u *update) { u.SetRecordEnabled(false) }).GetRecordEnabled())
	})
	show("enum", func() string { return format(put(func(u *update) { u.SetRecordFormat("mp3") })) })
	show("absent", func() string { return format(put(func(u *update) { u.SetHangupTimeout(30) })) })
	show("null", func() string { return format(put(func(u *update) { u.SetRecordFormatNil() })) })
	show("int64 set", func() string {
		return fmt.Sprint(put(func(u *update) { u.SetRingbackSound(math.MaxInt64) }).GetRingbackSound())
	})
	show("bundle", bundle)
	show("unknown enum value", func() string { return format(get(future)) })
	show("401", func() string { return refused(login("wrong-token"), extension) })
	show("404", func() string { return refused(own, os.Getenv("UNKNOWN_EXTENSION")) })
}
