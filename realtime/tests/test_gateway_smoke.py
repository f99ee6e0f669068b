"""A first look at the gateway, with a real server and real clients."""


async def test_what_bob_sends_alice_hears_after_its_ack(parlor):
    alice, bob = parlor.person("alice"), parlor.person("bob")
    room = alice.new_room()
    hers, his = await alice.client(), await bob.client()
    for client in (hers, his):
        await client.ask("room:join", roomId=room["id"])

    ack = await his.ask("message:send", roomId=room["id"], content="hello", nonce="n1")
    heard = await hers.wait("message:new")

    assert ack["type"] == "message:ack"
    assert heard["data"]["message"]["id"] == ack["data"]["id"]
    assert heard["data"]["message"]["content"] == "hello"
    assert heard["data"]["message"]["seq"] == ack["data"]["seq"] == 1
    await hers.close()
    await his.close()
