// SPDX-License-Identifier: Apache-2.0

/** The program that sends a request, in each language: JavaScript has the body as a value, others as text. */
export const snippets = {
    curl: (url, body) => `curl --header 'Content-Type: application/json' \\
     --data '${body.replaceAll("'", "'\\''")}' \\
     ${url}`,
    Python: (url, body) => `import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

body = json.loads(r"""${body}""")
request = Request("${url}", json.dumps(body).encode(),
                  {"Content-Type": "application/json"})
try:
    with urlopen(request) as response:
        print(json.load(response))
except HTTPError as error:
    print(json.load(error)["detail"])`,
    JavaScript: (url, body) => `const response = await fetch("${url}", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(${body}),
});
console.log(await response.json());`,
    Go: (url, body) => `package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

func main() {
	body := strings.NewReader(${goString(body)})
	response, err := http.Post("${url}", "application/json", body)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(response.Status, string(text))
}`,
    R: (url, body) => `library(httr2)

body <- ${rString(body)}
response <- request("${url}") |>
    req_body_raw(body, type = "application/json") |>
    req_error(is_error = \\(response) FALSE) |>
    req_perform()
print(resp_body_json(response, simplifyVector = TRUE), digits = 15)`,
    Swift: (url, body) => `import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

var request = URLRequest(url: URL(string: "${url}")!)
request.httpMethod = "POST"
request.setValue("application/json", forHTTPHeaderField: "Content-Type")
request.httpBody = Data(#"""
${body}
"""#.utf8)
let (data, _) = try await URLSession.shared.data(for: request)
print(String(decoding: data, as: UTF8.self))`,
};

/** A string literal of Go: raw, unless the text has a backquote. */
function goString(text) {
    return text.includes("`") ? JSON.stringify(text) : `\`${text}\``;
}

/** A raw string of R, with so many dashes that the text does not end it. */
function rString(text) {
    let dashes = "";
    while (text.includes(`)${dashes}"`)) dashes += "-";
    return `r"${dashes}(${text})${dashes}"`;
}
