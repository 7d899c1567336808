-- SPDX-License-Identifier: Apache-2.0
-- Losses in DuckDB, by a function http_post(url, body, media_type) that returns the body of a response. with_duckdb.py
-- registers one in Python.

-- The partial sum of the Huber loss of consecutive rows, of which `first` is the index of the first one.
create or replace macro huber_partial(service, delta, predictions, targets, weights, regions, first) as
    json(http_post(
        service || '/v1/losses/huber',
        json_object(
            'predictions', predictions, 'targets', targets, 'weights', weights, 'groups', regions,
            'delta', delta, 'offset', first, 'outputs', ['partial']
        )::varchar,
        'application/json'
    ))->>'partial';

-- The result of the whole, as JSON, from the partial sums of its parts in any order.
create or replace macro merged(service, partials) as
    http_post(
        service || '/v1/merge?outputs=loss,statistics,partial',
        array_to_string(partials, chr(10)),
        'application/x-ndjson'
    );
